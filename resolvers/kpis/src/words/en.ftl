query-too-long = { $max ->
    [one] The search text is too long: { $max } character at most.
   *[other] The search text is too long: { $max } characters at most.
}
key-is-not-a-uuid = The idempotency key must be a UUID made by the client.
key-reused = This idempotency key was used for another input.
no-such-kpi = There is no such indicator.
no-such-dataset = There is no such dataset.
code-malformed = A code has 2 to 60 lower-case Latin letters, digits and hyphens, and begins with a letter.
code-taken = An indicator with this code exists already.
text-incomplete = The text must be there in Kazakh, Russian and English.
id-malformed = This is not an id of the right kind.
unknown-unit = The unit is one of: { $units }.
filter-malformed = The filter is the JSON object that Dataset.rows takes as “where”.
at-risk-is-better = The bound of risk must not be better than the target.
is-computed = This indicator is computed by the house; it cannot be recorded by hand.
not-a-whole-period = The days must be one whole period of the indicator’s frequency.
period-not-over = The period is not over yet.
inputs-differ = Give exactly these inputs, each once: { $names }.
no-value = The formula gives no value with these inputs: it divides by zero, or the number is too large.
source-kpi-unknown = There is no indicator with this code.
source-kpi-is-derived = An indicator is derived from indicators that are not derived themselves.
source-no-column = The dataset has no column with this name.
source-wrong-type = The day is in a DATE column, the district in a TEXT column, and what is measured is a number.
source-needs-column = Only COUNT can do without a column.
input-count = { $max ->
    [one] A formula has 1 input.
   *[other] A formula has 1 to { $max } inputs.
}
input-name = An input has a name of its own: up to 40 lower-case Latin letters, digits and underscores, beginning with a letter.
kind-does-not-fit = SIMPLE has one input, RATIO is a division, DERIVED has only indicators as inputs, and the others have none of those.
mixed-inputs = Recorded inputs do not mix with computed ones, nor inputs of the present with those of past periods.
too-many-decimals = { $max ->
    [one] A value has { $max } decimal at most.
   *[other] A value has { $max } decimals at most.
}
formula-too-long = { $max ->
    [one] A formula has { $max } byte at most.
   *[other] A formula has { $max } bytes at most.
}
formula-syntax = The formula is not a CEL expression.
formula-not-arithmetic = A formula has whole numbers, inputs, + − * / and brackets. Write 1 / 2 for a half.
formula-unknown-input = The formula names “{ $name }”, which is not an input.
formula-unused-input = The formula does not use the input “{ $name }”.
unit-percent = %
unit-count = number
unit-per-100-inhabitants = per 100 inhabitants
unit-per-100k = per 100,000 inhabitants
unit-km-per-100k = km per 100,000 inhabitants
unit-ha-per-100k = ha per 100,000 inhabitants
unit-count-per-customer = per customer
unit-hours-per-customer = hours per customer
unit-ug-m3 = µg/m³
unit-working-days = working days
unit-stars-1-5 = stars, 1 to 5
