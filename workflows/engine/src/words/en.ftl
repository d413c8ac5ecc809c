why-akimat = { $district }: the local akimat answers for “{ $category }”.
why-utility = { $district }: this utility answers for “{ $category }”.
why-building-manager = { $district }: this association manages the house and answers for “{ $category }”.
why-region = This network answers for “{ $category }” in the whole region.
why-subject = This body answers for “{ $category }”.
why-service = The report is about a service that this body provides: { $party }.
why-triage = The subject is not known yet; { $party } decides who answers.
why-otherwise = { $district } has no body of its own for “{ $category }”, so { $party } answers.
why-without-place = No place was given, so { $party } answers for “{ $category }”.
why-nobody = No body for this was found, so { $party } decides who answers.
step-registered-same-day = Registered on the day it came in, { $to } ({ $article }).
step-registered-next-working-day = Came in on { $from } after working hours or on a day off, so it was registered on the next working day, { $to } ({ $article }).
step-hours = { $n ->
    [one] { $n } hour round the clock from arrival
   *[other] { $n } hours round the clock from arrival
} ({ $article }).
step-working-days = { $n ->
    [one] { $n } working day from { $from }: until { $to }
   *[other] { $n } working days from { $from }: until { $to }
} ({ $article }).
step-calendar-days = { $n ->
    [one] { $n } day from { $from }: until { $to }
   *[other] { $n } days from { $from }: until { $to }
} ({ $article }).
step-calendar-months = { $n ->
    [one] { $n } month from { $from }: until { $to }
   *[other] { $n } months from { $from }: until { $to }
} ({ $article }).
step-pause = { $n ->
    [one] The clock stood still for { $n } working day while the reporter was asked: until { $to }
   *[other] The clock stood still for { $n } working days while the reporter was asked: until { $to }
} ({ $article }).
step-extension = { $n ->
    [one] Extended by { $n } working day by a reasoned decision: until { $to }
   *[other] Extended by { $n } working days by a reasoned decision: until { $to }
} ({ $article }).
step-moved-from-day-off = The term ended on a day off, { $from }, so it ends on { $to } ({ $article }).
step-holidays = Days off besides weekends: { $days }.
step-not-covered = The calendar { $calendar } does not know the holidays of this time; only weekends were left out.

# Where a rule is written.
law-appc = APPC Art. { $n }
law-service-level = service level of the city
law-city-rule = rule of the city

# The timeline of a case. $party: the name of the responsible body; $days: working days; $until: a day.
event-submitted = Received and registered.
event-sent-to-triage = The subject is not clear yet; { $party } decides who answers.
event-assigned = Given to { $party }.
event-category-corrected = The subject was corrected; the responsible body is looked for again.
event-forwarded = Forwarded to { $party }.
event-forward-window-passed = The days in which the case may be forwarded as outside competence have passed.
event-accepted = { $party } has taken up the work.
event-officer-assigned = Given to an officer.
event-noted = A note was made.
event-question-asked = { $party } has a question for you.
event-question-answered = The question was answered.
event-question-unanswered = The question was not answered; work goes on without the answer.
event-extended = { $days ->
    [one] The term was extended by { $days } working day, until { $until }.
   *[other] The term was extended by { $days } working days, until { $until }.
}
event-migrated = The rules of this kind of case have a new version; the case goes on by it.
event-merged = Joined with another case on the same matter; one answer will come.
event-unmerged = Separated from the other case; it goes on by itself.
event-joined = Somebody else reported the same.
event-terminated = Ended without an answer on the substance, with a reason.
event-answered = { $party } has answered.
event-contested = The reporter says that it is not fixed; the case is open again.
event-closed = The time to contest the answer has passed.
event-withdrawn = Taken back by the reporter.
event-deadline-near = The term runs out soon; those who work the case and those who supervise them have been reminded.
event-deadline-passed = The promised term has passed without an answer; the supervisors have been told.
event-still-overdue = There is still no answer; the akim’s office has been told again.
event-deadline-moved = The calendar of working days was changed by a decree, and the terms of this case with it: the answer is due on { $until }.
event-deemed-refused = The term of law has passed without an answer. This counts as a refusal (APPC Art. 91(2)); you may complain to the higher body.
event-rating-received = The rating was received.
event-rating-counted = The rating counts.
event-rating-counted-low = The rating counts, and a case was opened for it.
event-rating-repaired = The case is answered; you may rate again.
event-rating-held = The rating is held back until a person has looked at it.
event-rating-excluded = The rating was left out, with a reason; you may contest this.
event-rating-contested = The exclusion was contested.
event-rating-dropped = The time to contest the exclusion has passed.

refusal-not-allowed = You may not do this.
refusal-wrong-state = This cannot be done now.
refusal-forward-late = More than three working days have passed, so only the supervisor may forward this appeal.
refusal-overdue = The term has already passed, so it can no longer be extended.
refusal-extension-days = Say by how many working days.
refusal-extension-limit = An extension cannot go beyond { $until }.
refusal-contest-too-late = The time to contest has passed.
refusal-question-closed = The question is closed already.

# Drawings of processes: what a state, an act, a status and an actor are called.
draw-title = { $process }, version { $version }
draw-start = Filed
draw-end = end
draw-public = The public sees: { $status }
draw-here = Without leaving this state:
draw-timers = Timers
draw-if = if { $condition }
draw-share = when { $percent } % of the term of the answer are over
draw-legend = An arrow leads from an act to the state after it; its number is that state's. Under an act stands who may do it. A clock marks what time itself does.
state-submitted = Came in
state-routing = Looked at again: who answers?
state-triage = A person decides who answers
state-assigned = With the responsible body
state-accepted = In work
state-waiting-for-reporter = Waits for the reporter
state-merged = Joined with another case
state-answered = Answered, may be contested
state-contested = Contested
state-closed = Closed
state-withdrawn = Withdrawn
state-received = Rating received
state-held = Held back for a person to look at
state-repairing = A case is open for it
state-excluded = Left out, may be contested
state-counted = Counted
state-dropped = Left out for good
act-route = Routing
act-correct-category = Correct the subject
act-forward = Forward to another body
act-forward-window-passed = The days to forward pass
act-accept = Take up the work
act-assign = Give to a colleague
act-note = Make a note
act-ask = Ask the reporter
act-answer-question = Answer the question
act-question-unanswered = The question stays unanswered
act-extend = Extend the term
act-merge = Join with another case
act-unmerge = Take out again
act-join = Say “same here”
act-respond = Answer
act-respond-to-merged = The other case is answered
act-contest = Contest: not fixed
act-contest-window-passed = The time to contest passes
act-withdraw = Take back
act-deadline-near = The term runs out soon
act-deadline-passed = The term of the answer passes
act-still-overdue = Still no answer
act-count = Count the rating
act-repair = The case is answered
act-hold = Hold back
act-release = Let it count
act-exclude = Leave out
status-registered = Registered
status-in-progress = In progress
status-waiting-for-reporter = Waiting for the reporter
status-forwarded = Forwarded
status-extended = Extended
status-overdue = Overdue
status-answered = Answered
status-contested = Contested
status-withdrawn = Withdrawn
status-terminated = Terminated
who-system = the system
who-reporter = the reporter
who-citizen = any citizen
who-officer = officer
who-supervisor = supervisor
process-request = Request
process-appeal = Statutory appeal
process-rating = Rating
term-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
term-working-days = { $n ->
    [one] { $n } working day
   *[other] { $n } working days
}
term-calendar-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
term-calendar-months = { $n ->
    [one] { $n } month
   *[other] { $n } months
}
case-emergency = emergency
case-urgent = urgent
case-ordinary = ordinary
case-planned = planned
case-application = application
case-complaint = complaint
case-message = message
case-proposal = proposal
case-response = response
case-info-request = request for information
