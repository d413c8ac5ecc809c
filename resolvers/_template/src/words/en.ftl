slug-too-long = { $max ->
    [one] The short name is too long: { $max } character at most.
   *[other] The short name is too long: { $max } characters at most.
}
