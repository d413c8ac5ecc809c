query-too-long = { $max ->
    [one] The search text is too long: { $max } character at most.
   *[other] The search text is too long: { $max } characters at most.
}
