not-known = not known yet
advice-call-first = If life is in danger, call 112 now. You can file the report after that.
refusal-key-not-uuid = The key of an act must be a UUID.
refusal-key-reused = This key was already used for something else. Make a new one for a new act.
refusal-text-empty = The text is empty. Write what you want to say.
refusal-text-long = { $max ->
    [one] The text is too long: at most { $max } character.
   *[other] The text is too long: at most { $max } characters.
}
refusal-category-unknown = There is no such category.
refusal-district-unknown = There is no such city or district in the region.
refusal-service-unknown = There is no such service.
refusal-party-unknown = There is no such body.
refusal-point-outside = This place is outside Turkistan region.
refusal-email = This is not a mail address.
refusal-phone = This is not a phone number. Write it with its code, for example +7 701 123 45 67.
refusal-iin = This is not an individual identification number: 12 digits, the last of which checks the others.
refusal-appeal-name = A statutory appeal needs the name of its author (APPC Art. 63). A request can be filed without a name.
refusal-appeal-iin = A statutory appeal needs the author’s individual identification number (APPC Art. 63). A request can be filed without it.
refusal-question-not-asked = Nothing like this is asked about this subject, or it was answered twice.
refusal-answer-choice = Choose from what is offered.
refusal-answer-one = Give one answer.
refusal-answer-number = Write a number.
refusal-answer-date = Write a date as 2026-11-24.
answer-yes = yes
answer-no = no
refusal-not-found = There is no such thing here.
refusal-stale = Somebody changed it meanwhile: you saw version { $seen }, and now it is version { $current }. Look at it again, then decide.
refusal-not-your-case = Only those who work the case may do this.
refusal-officer-elsewhere = This officer works for another body.
refusal-held = Another officer has this case. The case says who.
refusal-not-held = You do not hold this case.
refusal-merge-unfit = A case can be merged only into an open case of the same body that is not merged itself; an appeal into an appeal, a request into a request.
refusal-terminate-merged = Others wait for the answer to this case. Take them out first, then end the proceedings.
refusal-forward-to-itself = The case is with this body already.
refusal-erase-open = It can be erased once work on it is over: withdraw it, or wait until the time to contest the answer has passed.
queue-mine = Mine
queue-unassigned = Nobody’s yet
queue-contested = Contested by the reporter
queue-due-soon = Due within three days
queue-overdue = Overdue
queue-waiting = Waiting for the reporter
refusal-queue-days = The number of days is between 0 and { $max }.
refusal-queue-shared = Only a supervisor opens a queue to the whole body.
refusal-queues-many = { $max ->
    [one] There are too many queues: at most { $max }. Delete one that is not needed.
   *[other] There are too many queues: at most { $max }. Delete one that is not needed.
}
masked-iin = IIN
masked-number = number
masked-phone = phone
masked-mail = mail
masked-name = name
masked-address = address
refusal-text-personal = The text still holds a phone number, a mail address or another personal number. Take it out, then publish.
refusal-attachments-many = { $max ->
    [one] There are too many files: at most { $max }.
   *[other] There are too many files: at most { $max }.
}
refusal-attachment-foreign = This file is not there for you: it was attached before, its 24 hours are over, or somebody else sent it. Send it again.
refusal-uploads-full = Too many files wait for their reports at the moment. Try again later, or file the report without them.
refusal-upload-going = The same file is just being deleted. Send it again in a minute.
refusal-release-document = Only photos are shown to the public, not documents.
refusal-evidence-missing = On this subject, “satisfied” needs a photo of the result.
refusal-join-appeal = This is one person’s statutory appeal. File your own.
refusal-join-own = This is your own report.
refusal-template-place = There is no such place in a text: { $place }.
refusal-template-party = Templates are kept by the officers of a body.
refusal-templates-many = { $max ->
    [one] There are too many templates: at most { $max }. Delete one that is not needed.
   *[other] There are too many templates: at most { $max }. Delete one that is not needed.
}
refusal-calendar-party = A calendar of deadlines is for those who work the cases of a body.
refusal-calendars-many = { $max ->
    [one] There are too many addresses: at most { $max }. End one that is not needed.
   *[other] There are too many addresses: at most { $max }. End one that is not needed.
}
refusal-rules-mistake = { $file }, line { $line }: { $reason }
refusal-rules-other = This is not what was tried: the files are others, or other rules came into force since. Try them again.
refusal-rules-not-tried = These rules were not tried on the recorded cases to the end. Wait for the result, then publish.
refusal-rules-misfits = The map does not fit every running case. Look at the cases that the trial names, and mend the map.
refusal-rules-second-person = You have published this already. What carries terms of law needs another person.
refusal-rules-published = These rules are in force already.
refusal-nothing-learnt = Nothing that was learnt is in force: the program’s own model makes the suggestions.
refusal-area-radius = A circle reaches { $min } to { $max } metres.
refusal-areas-many = { $max ->
    [one] There are too many areas: at most { $max }. End one that is not needed.
   *[other] There are too many areas: at most { $max }. End one that is not needed.
}
mail-area-confirm-subject = Confirm your mail address
mail-area-confirm-text = Somebody asked for news of new reports in an area to come to this address.

    Subscription: { $subscription }
    Code: { $code }

    { $hours ->
        [one] Give the code within { $hours } hour: then one mail a day comes here at most, when there is something new.
       *[other] Give the code within { $hours } hours: then one mail a day comes here at most, when there is something new.
    }

    If it was not you, do nothing: nothing more comes.
mail-area-subject = { $count ->
    [one] { $count } new report in your area
   *[other] { $count } new reports in your area
}
mail-area-text = { $count ->
    [one] There is { $count } new report where you asked to be told.
   *[other] There are { $count } new reports where you asked to be told.
}

    { $reports }

    By its number you see who has a report, why, and by when. Places are told as the public register shows them: by squares of about 100 metres.
mail-area-report = { $reference }: { $category } – { $place }
mail-area-more = { $count ->
    [one] and { $count } more, in the public register
   *[other] and { $count } more, in the public register
}
refusal-code = The code is not right, or it has expired. Ask for a new one.
refusal-nothing-to-confirm = There is no address here that waits to be confirmed.
refusal-codes-many = { $max ->
    [one] Too many codes: at most { $max }. Look at the report with its number and key.
   *[other] Too many codes: at most { $max }. Look at the report with its number and key.
}
refusal-codes-soon = { $minutes ->
    [one] A code was sent just now. Wait { $minutes } minute.
   *[other] A code was sent just now. Wait { $minutes } minutes.
}
event-contact-confirmed = The reporter confirmed the mail address.
identity-signed = Signed by its author with an electronic signature
identity-signed-fake = TEST SIGNATURE: without legal force, made for the demonstration
identity-account = Filed by its author while signed in
identity-declared = The author says who they are; not verified
identity-unknown = No author is named
refusal-signature-invalid = This is not a valid signature over this text. Sign the text again.
refusal-signature-other = The signature is not of the person whose IIN is given.
refusal-signature-unavailable = Signatures are not verified here. File without one.
event-mail-returned = A message to the reporter came back: they have to be reached in another way.
event-external-number = The number in the national register was recorded.
refusal-external-number = This does not look like a number of the register: 4 to 40 letters, digits, dashes, dots and strokes, with a digit among them.
refusal-external-taken = Another appeal has this number.
refusal-external-request = Only a statutory appeal has a number in the register.
event-text-released = The text of the report was published without personal data.
event-photo-released = A photo of the report was published.
event-content-erased = What was written was erased. The proof that it was filed remains.
mail-coupon-subject = { $reference }: your report is registered
mail-coupon-text = Your report is registered.

    Number: { $reference }
    Registered: { $registered }
    Answer due: { $due }
    Subject: { $category }
    Key: { $key }

    With the number and the key you see who has your report, why, and by when, and you can contest the answer. Keep the key to yourself.
mail-confirm-subject = { $reference }: confirm your mail address
mail-confirm-text = A report was registered that names this address.

    Number: { $reference }
    Registered: { $registered }
    Answer due: { $due }
    Code: { $code }

    { $hours ->
        [one] Give the number and the code within { $hours } hour: then the coupon with its key, and news of the report, come here.
       *[other] Give the number and the code within { $hours } hours: then the coupon with its key, and news of the report, come here.
    }

    If it was not you who filed it, do nothing: nothing more comes.
mail-reporter-subject = { $reference }: news of your report
mail-reporter-text = { $event }

    Number: { $reference }
    Answer due: { $due }
mail-answer-text = { $event }

    { $answer }

    Number: { $reference }
    If it is not fixed, say so with the number and the key of your coupon within 30 days: the case is opened again. You may also complain to the higher body (APPC Art. 91).
mail-question-text = { $event }

    { $question }

    Number: { $reference }
    Answer with the number and the key of your coupon. Answer due: { $due }
mail-extension-text = { $event }

    Decision: { $decision }
    Reason: { $reason }

    Number: { $reference }
    Answer due: { $due }
mail-joined-subject = { $reference }: news of the report that you joined
mail-joined-text = { $event }

    Number: { $reference }
    Subject: { $category }
    Place: { $district }
    Answer due: { $due }
mail-join-confirm-subject = { $reference }: confirm your mail address
mail-join-confirm-text = Somebody said “same here” to a report and left this address.

    Number: { $reference }
    Code: { $code }

    { $hours ->
        [one] Give the number, this address and the code within { $hours } hour: then news of the report come here.
       *[other] Give the number, this address and the code within { $hours } hours: then news of the report come here.
    }

    If it was not you, do nothing: nothing more comes.
mail-rating-subject = { $reference }: rate the answer
mail-rating-text = Your report { $reference } was answered. Rate the answer in e-Halyk with the number and the key of your coupon. The body sees the rating, not who gave it.
mail-officer-subject = { $reference }: { $category }
mail-officer-text = { $event }

    Number: { $reference }
    Subject: { $category }
    Place: { $district }
    Answer due: { $due }
mail-akim-text = A body has broken the term of an answer. { $event }

    Number: { $reference }
    Subject: { $category }
    Place: { $district }
    Answer due: { $due }
mail-supervisor-text = A case of a body that you supervise needs you. { $event }

    Number: { $reference }
    Subject: { $category }
    Place: { $district }
    Answer due: { $due }
refusal-bulk-cases = Choose at least one case, and each only once.
refusal-bulk-many = { $max ->
    [one] Too many cases at once: at most { $max }.
   *[other] Too many cases at once: at most { $max }.
}
refusal-bulk-missing = This act needs it.
refusal-bulk-begun = It is too late to undo: the act is being carried out.
refusal-case-not-worked = Nobody works on this case: it has not been routed yet, or it is over.
refusal-outcome-unfit = A case does not end so by an answer: send it on, merge it, or let its reporter take it back.
refusal-reason-missing = This outcome needs a reason. Choose one.
refusal-reason-unfit = This is no reason for this outcome.
refusal-subtask-days = The term of a part is between 1 and { $max } working days.
refusal-subtask-late = The part would be due after the case itself.
refusal-subtask-own = The case is with this body already. Do the part yourselves.
refusal-subtask-over = This part is over already.
refusal-subtasks-many = { $max ->
    [one] Too many parts: at most { $max }.
   *[other] Too many parts: at most { $max }.
}
refusal-subtasks-open = { $count ->
    [one] { $count } part of the work is still open. Wait for it or take it back, then answer.
   *[other] { $count } parts of the work are still open. Wait for them or take them back, then answer.
}
refusal-parts-many = { $max ->
    [one] Too many parts of one case: at most { $max }.
   *[other] Too many parts of one case: at most { $max }.
}
refusal-incident-case = Only an open case that belongs to no incident can be added to one.
refusal-incident-none = The case belongs to no incident.
refusal-incident-terminate = An incident does not end so: grounds to end the proceedings are one reporter’s.
refusal-incident-party = Only officers of a body open incidents.
refusal-incident-over = The incident is over.
refusal-incident-many = { $max ->
    [one] Too many reports in one incident: at most { $max }.
   *[other] Too many reports in one incident: at most { $max }.
}
event-subtask-given = { $party } was asked to do a part of the work by { $until }.
event-subtask-done = A part of the work is done.
event-subtask-declined = A party will not do the part that it was asked for.
event-subtask-cancelled = A part of the work was taken back.
event-subtask-overdue = The term of a part of the work has passed.
event-part-forwarded = A part of the report went to { $party }, and is answered from there.
event-incident-joined = The report belongs to an incident that others reported, too.
event-incident-left = The report no longer counts as a part of an incident.
event-incident-news = There is news of the incident.
event-incident-expected = There is news of the incident. It should be over by { $until }.
mail-subtask-given-subject = { $reference }: a part of the work for you
mail-subtask-cancelled-subject = { $reference }: a part of the work was taken back
mail-subtask-overdue-subject = { $reference }: the term of a part of the work has passed
mail-subtask-given-text = You are asked to do a part of the work on a case of another body.

    { $task }

    Number: { $reference }
    Subject: { $category }
    Place: { $district }
    Due: { $until }
mail-subtask-cancelled-text = A part of the work that you were asked for was taken back.

    { $task }

    Number: { $reference }
mail-subtask-overdue-text = The term of a part of the work that you were asked for has passed.

    { $task }

    Number: { $reference }
    Due: { $until }
mail-part-text = { $event }

    The part has the number { $part }; your key opens it, too.

    Number: { $reference }
    Answer due: { $due }
mail-incident-text = { $event }

    { $incident }
    { $news }

    Number: { $reference }
    Answer due: { $due }
demo-question = Which entrance is it?
demo-reason = The materials come from another city.
demo-part = Open the road surface for the repair.
demo-incident = A main burst
demo-incident-text = A crew is at work. There will be an answer to every report.
demo-template-done = Done
demo-template-done-text = On your report { "{" }reference{ "}" } ({ "{" }category{ "}" }): the work is done.
demo-template-planned = Planned
demo-template-planned-text = On your report { "{" }reference{ "}" } ({ "{" }category{ "}" }): the work is in the plan; you have an answer by { "{" }due{ "}" }.
