query-too-long = { $max ->
    [one] The search text is too long: { $max } character at most.
   *[other] The search text is too long: { $max } characters at most.
}
cursor-of-another-list = This cursor belongs to another list: the order, the grouping or the version differs.
no-such-version = This dataset has no version { $number }.
no-such-column = The schema has no column “{ $column }”.
too-many-keys = { $max ->
    [one] Name { $max } column at most, each once.
   *[other] Name { $max } columns at most, each once.
}
measure-count = { $max ->
    [one] Ask for 1 measure.
   *[other] Ask for 1 to { $max } measures.
}
measure-does-not-fit = { $function } cannot be taken over “{ $column }”, which is { $type }.
measure-needs-column = { $function } needs a column.
filter-is-empty = The filter on “{ $column }” compares with nothing.
filter-is-too-large = { $max ->
    [one] The filter is too large: { $max } condition at most.
   *[other] The filter is too large: { $max } conditions at most.
}
filter-needs-text = startsWith is for text; “{ $column }” is not.
filter-value = The filter on “{ $column }” cannot use “{ $value }”: { $why }
key-is-not-a-uuid = The idempotency key must be a UUID made by the client.
key-reused = This idempotency key was used for another input.
no-such-dataset = There is no such dataset.
slug-malformed = A slug has 2 to 60 lower-case Latin letters, digits and hyphens, and begins with a letter.
slug-taken = A dataset with this slug exists already.
text-incomplete = The text must be there in Kazakh, Russian and English.
id-malformed = This is not an id of the right kind.
csv-too-long = { $max ->
    [one] The rows are too long: { $max } byte at most.
   *[other] The rows are too long: { $max } bytes at most.
}
column-count = { $max ->
    [one] Declare 1 column.
   *[other] Declare 1 to { $max } columns.
}
column-name = A column name has up to 40 lower-case Latin letters, digits and underscores, and begins with a letter.
column-same-name = Another column has this name.
column-scale = Only a DECIMAL column has decimals, { $max } at most.
csv-malformed = Row { $row } is not CSV (RFC 4180): a comma between fields, quotes closed and doubled inside.
csv-header = The first line must name exactly these columns: { $columns }.
csv-no-rows = There are no rows.
csv-width = Row { $row }: { $found ->
    [one] { $found } field
   *[other] { $found } fields
} instead of { $expected }.
value-at = Row { $row }, column “{ $title }” ({ $column }): { $why }
value-repeated = the value must be unique and is in row { $before } already.
value-empty = a value is required.
value-type = this is not { $type }.
value-decimal-comma = write the number with a point, not a comma.
value-leading-zeros = a number does not begin with zeros; a code belongs into a TEXT column.
value-too-many-decimals = { $scale ->
    [one] { $scale } decimal at most; numbers are never rounded.
   *[other] { $scale } decimals at most; numbers are never rounded.
}
value-too-long = the value is too long.
value-day-first = write the day as YYYY-MM-DD, for example 2026-11-24.
value-no-offset = write the instant with its offset, for example 2026-11-24T10:30:00+05:00.
value-personal = an individual identification number or a personal phone number is not published.
