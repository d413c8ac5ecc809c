refusal-key-not-uuid = The idempotency key is a UUID that your program makes.
refusal-key-reused = This key was already used for something else.
refusal-email = This cannot be an e-mail address.
refusal-subject = { $max ->
    [one] The subject is one line of 1 to { $max } character.
   *[other] The subject is one line of 1 to { $max } characters.
}
refusal-text = { $max ->
    [one] The text has 1 to { $max } character.
   *[other] The text has 1 to { $max } characters.
}
refusal-report-missing = A message with a coupon's key names the report.
refusal-dead-letter-unknown = There is no such dead letter; perhaps it was already given another life.
topic-coupon = Receipt of a report
topic-assignment = A case was assigned
topic-forwarded = A report was forwarded
topic-answer = Answer to a report
topic-reminder = Reminder of a deadline
topic-overdue = A deadline has passed
topic-question = Question to the reporter
topic-extension = The term of the answer was extended
topic-followed = News of a report that you joined
