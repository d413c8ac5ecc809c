//! What to do about what composition says. It has no codes, so its messages are known by a part of them.

/// A part of a message, and what to do.
const REMEDIES: [(&str, &str); 25] = [
    (
        "not marked as `@shareable`",
        "mark the field @shareable in every subgraph that resolves it, or let one subgraph resolve it: @external or @override in the others",
    ),
    ("The shareable object", "add the field there, or give the type a @key in each subgraph so that the missing field can be fetched"),
    ("is an entity in subgraphs", "give the type a @key there too (resolvable: false when it is only referred to)"),
    ("Cannot merge", "give the type one kind in all subgraphs, or rename one of the two"),
    ("field has conflicting types", "give the field one named type in all subgraphs; only nullability may differ"),
    ("argument has conflicting types", "give the argument one named type in all subgraphs; only nullability may differ"),
    ("has incompatible defaults", "give the argument the same default in all subgraphs, or in none"),
    ("is required in", "add the argument or field to the subgraphs that lack it, or let it be null or have a default where it is required"),
    ("of an @inaccessible type", "mark it @inaccessible too, or do not hide its type"),
    ("declared as `@external`", "remove @external from the field, or @requires and @provides"),
    ("cannot be marked as @shareable", "remove @shareable and let one subgraph own the subscription's field"),
    ("are empty (intersection)", "an enum that is only given keeps the values that all subgraphs know: let them have one in common"),
    ("should match exactly", "give the enum the same values in all subgraphs, or mark those that only some know @inaccessible"),
    ("is a reserved federation definition name", "rename the definition"),
    ("not allowed on interfaces", "remove @shareable here and mark the fields of the objects"),
    ("is not implemented by", "add the field to the type, or take the field out of the interface"),
    ("entity interface", "give the interface, its types and the @interfaceObject types of other subgraphs the same @key"),
    ("has a resolvable key in subgraph", "define all types of the interface in that subgraph"),
    ("@interfaceObject", "write `type` instead of `interface`, with @interfaceObject and the interface's @key"),
    ("field does not exist on", "name only fields of the type; one that another subgraph owns is declared here with @external"),
    ("are the same for overridden field", "name the subgraph that resolved the field before, or remove @override"),
    ("define any root", "give at least one subgraph a field of Query"),
    (
        "ubgraph name",
        "name subgraphs apart from each other, with letters, digits and hyphens, beginning with a letter (the name is the file's)",
    ),
    ("@fromContext", "let clients give the argument, or let the field require what it needs with @requires"),
    ("arse error", "correct the syntax at the named place"),
];

/// What to do about a message, when that is known.
pub(super) fn find(message: &str) -> Option<&'static str> {
    REMEDIES.iter().find(|(part, _)| message.contains(part)).map(|(_, remedy)| *remedy)
}
