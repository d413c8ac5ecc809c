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
refusal-report-missing = A message with a coupon's key names the report by its number, and no number is that long.
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
topic-silence = No answer in time
topic-rating = Invitation to rate an answer
topic-area = What is new in your areas
topic-confirmation = The code that confirms an address
refusal-person = This is not the id of a person.
refusal-not-signed-in = Sign in first: preferences belong to an account.
refusal-statutory = Messages of this kind are required by law ({ $law }) and always come.
refusal-not-daily = Messages of this kind cannot wait for the daily one.
refusal-asked-for = Messages of this kind answer what you ask for at that moment, and come at once.
refusal-quiet-hours = Write two different times of a day, such as 22:00 and 07:30.
note-statutory = This message is required by law ({ $law }). It always comes, and nobody can turn it off.
digest-subject = { $count ->
    [one] Smart Turkistan: { $count } message of the day
   *[other] Smart Turkistan: { $count } messages of the day
}
note-always = This message is about a report of yours, so it always comes.
link-unsubscribe = Stop messages of this kind: { $topic }
link-unsubscribe-daily = Stop the daily mail
refusal-mark = No mail of ours has this mark in its return path.
refusal-token = No mail holds this address. Copy all of it from the mail.
refusal-webhook-url = Webhooks listen at an HTTPS address outside the city's own network.
refusal-party = This is not the id of a party.
refusal-webhook-party = You may be told of the cases of your own party and of those that it supervises.
refusal-webhook-unknown = There is no such webhook.
refusal-webhooks-many = { $max ->
    [one] A party has { $max } webhook at most.
   *[other] A party has { $max } webhooks at most.
}
refusal-channel-not-daily = The daily message comes by mail alone.
refusal-channel-of-account = Sign in first: other ways than mail belong to an account.
refusal-push-absent = This city sends no notifications to browsers.
refusal-subscription = This is no browser's subscription to notifications, or the city sends none to its address.
refusal-endpoint-unknown = You have no such way to be reached.
refusal-endpoints-many = { $max ->
    [one] A person has { $max } way to be reached at most. Remove one first.
   *[other] A person has { $max } ways to be reached at most. Remove one first.
}
refusal-telegram-absent = This city has no Telegram bot.
refusal-link-unknown = This link is not good any more: it has run out, or it was used already. Take a new one in your account.
refusal-chat = This is not the number of a chat.
refusal-number = This cannot be a telephone number.
refusal-number-foreign = Text messages go to mobile numbers of Kazakhstan alone: +7 7…
refusal-codes-many = { $max ->
    [one] { $max } code a day is sent at most. Try again tomorrow.
   *[other] { $max } codes a day are sent at most. Try again tomorrow.
}
refusal-code = The code is wrong. Look at the six digits of the text message.
refusal-code-over = This code is not good any more. Ask for a new one.
sms-code = { $minutes ->
    [one] Smart Turkistan: your code is { $code }. It is good for { $minutes } minute. Tell it to nobody.
   *[other] Smart Turkistan: your code is { $code }. It is good for { $minutes } minutes. Tell it to nobody.
}
