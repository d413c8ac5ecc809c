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
