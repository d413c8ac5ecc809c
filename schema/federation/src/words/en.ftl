# Limits
limit-tokens = The document has more than { $max } tokens.
limit-depth = The selection is { $found } levels deep; { $max } are allowed.
limit-aliases = The operation has { $found } aliases; { $max } are allowed.
limit-root-fields = The operation has { $found } root fields; { $max } are allowed.
limit-fields = The operation selects { $found } fields; { $max } are allowed.
limit-directives = The operation has { $found } directives; { $max } are allowed.
limit-introspection = Introspection lists are nested { $found } deep; { $max } are allowed.
limit-fragment-spreads = The operation spreads { $found } fragments; { $max } are allowed.
limit-cost = The operation would cost { $found }; { $max } are allowed. Ask for fewer items, or for fewer lists in lists.
cost-slicing = Give “{ $field }” exactly one of these arguments: { $arguments }.
# Documents
document-syntax = The document cannot be parsed: { $detail }
operation-none = The document holds no operation.
operation-unknown = The document holds no operation named “{ $name }”.
operation-ambiguous = The document holds several operations: name one.
operation-kind = A subscription needs a stream.
introspection-closed = The schema is not told here.
documents-only = Only documents that are known here are answered: send “documentId”.
document-digest = “sha256Hash” is not the digest of “query”.
# Variables
variable-missing = Variable “${ $path }” is needed: { $type }.
variable-null = Variable “${ $path }” must not be null: { $type }.
variable-type = Variable “${ $path }” has a wrong value: { $type } is expected.
variable-unknown = Variable “${ $path }” is not a field of { $type }.
variable-one-of = Variable “${ $path }” must hold exactly one field of { $type }.
variable-list = The list “${ $path }” may hold { $type } items at most.
variable-nul = Variable “${ $path }” holds the character U+0000, which no { $type } may.
variable-reserved = The name “${ $path }” is taken by the graph: name the variable otherwise.
# Access
access-forbidden = You may not see “{ $field }”.
access-unauthenticated = Sign in to see “{ $field }”.
# node, nodes
node-ids = At most { $max } ids may be asked for at once.
