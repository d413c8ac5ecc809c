not-known = not known yet
advice-call-first = If life is in danger, call 112 now. You can file the report after that.
refusal-key-not-uuid = The key of an act must be a UUID.
refusal-key-reused = This key was already used for something else. Make a new one for a new act.
refusal-text-empty = Write what it is about.
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
refusal-answer-number = Write a number.
refusal-answer-date = Write a date as 2026-11-24.
answer-yes = yes
answer-no = no
refusal-not-found = There is no such thing here.
refusal-stale = Somebody changed the case meanwhile. Look at it again, then decide.
refusal-not-your-case = Only those who work the case may do this.
refusal-officer-elsewhere = This officer works for another body.
refusal-held = Another officer has this case. The case says who.
refusal-not-held = You do not hold this case.
refusal-merge-unfit = A case can be merged only into an open case of the same body that is not merged itself.
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
refusal-join-appeal = This is one person’s statutory appeal. File your own.
refusal-join-own = This is your own report.
refusal-template-place = There is no such place in a text: { $place }.
refusal-template-party = Templates are kept by the officers of a body.
refusal-templates-many = { $max ->
    [one] There are too many templates: at most { $max }. Delete one that is not needed.
   *[other] There are too many templates: at most { $max }. Delete one that is not needed.
}
refusal-rules-mistake = { $file }, line { $line }: { $reason }
refusal-rules-other = This is not what was tried: the files are others, or other rules came into force since. Try them again.
refusal-rules-not-tried = These rules were not tried on the recorded cases to the end. Wait for the result, then publish.
refusal-rules-misfits = The map does not fit every running case. Look at the cases that the trial names, and mend the map.
refusal-rules-second-person = You have published this already. What carries terms of law needs another person.
refusal-rules-published = These rules are in force already.
event-text-released = The text of the report was published without personal data.
event-content-erased = What was written was erased. The proof that it was filed remains.
mail-coupon-subject = { $reference }: your report is registered
mail-coupon-text = Your report is registered.

    Number: { $reference }
    Registered: { $registered }
    Answer due: { $due }
    Subject: { $category }
    Key: { $key }

    With the number and the key you see who has your report, why, and by when, and you can contest the answer. Keep the key to yourself.
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
