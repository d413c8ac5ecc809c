refusal-key-not-uuid = The idempotency key is a UUID that your program makes.
refusal-key-reused = This key was already used for another rating.
refusal-stars = Give 1 to 5 stars; 5 is best.
refusal-comment-long = { $max ->
    [one] The comment is too long: { $max } character at most.
   *[other] The comment is too long: { $max } characters at most.
}
refusal-service-unknown = There is no such service.
refusal-rated-recently = { $days ->
    [one] You have rated this service already. You can rate it again after { $days } day.
   *[other] You have rated this service already. You can rate it again after { $days } days.
}
refusal-report-unknown = There is no report with this number and key.
refusal-not-answered = The report has no answer that can be rated now.
refusal-rating-unknown = There is no such rating, or it is not yours.
refusal-answer-rated = This answer has been rated already.
band-excellent = Very good
band-good = Good
band-mixed = Mixed
band-poor = Poor
