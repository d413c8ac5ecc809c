query-too-long = { $max ->
    [one] The search text is too long: { $max } character at most.
   *[other] The search text is too long: { $max } characters at most.
}

term-exactly-minutes = { $amount ->
    [one] { $amount } minute
   *[other] { $amount } minutes
}
term-exactly-working-days = { $amount ->
    [one] { $amount } working day
   *[other] { $amount } working days
}
term-exactly-days = { $amount ->
    [one] { $amount } day
   *[other] { $amount } days
}
term-up-to-minutes = { $amount ->
    [one] up to { $amount } minute
   *[other] up to { $amount } minutes
}
term-up-to-working-days = { $amount ->
    [one] up to { $amount } working day
   *[other] up to { $amount } working days
}
term-up-to-days = { $amount ->
    [one] up to { $amount } day
   *[other] up to { $amount } days
}
term-as-a-rule-minutes = { $amount ->
    [one] as a rule { $amount } minute
   *[other] as a rule { $amount } minutes
}
term-as-a-rule-working-days = { $amount ->
    [one] as a rule { $amount } working day
   *[other] as a rule { $amount } working days
}
term-as-a-rule-days = { $amount ->
    [one] as a rule { $amount } day
   *[other] as a rule { $amount } days
}
term-several-minutes = several minutes
term-several-working-days = several working days
term-several-days = several days
term-at-once = at once
term-after-registration = at once after registration
term-same-day = the same day
term-by-booking = by booking
term-by-competition = after a competition
term-by-visit = on your visit
term-depends = depends on the request

fee-free = Free of charge
fee-duty = A state duty, set in monthly calculation indices (MCI); how much was not verified
fee-duty-factor = State duty: { $factor } MCI
fee-contract = As agreed with the provider
fee-unverified = Not verified: ask the provider
