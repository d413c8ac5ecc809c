answer-yes = Yes
answer-no = No
refusal-key-not-uuid = The idempotency key is a UUID that your program makes.
refusal-key-reused = This key was already used for something else.
refusal-survey-unknown = There is no such survey.
refusal-service-unknown = There is no such service.
refusal-place-unknown = There is no such district or department.
refusal-not-open = The survey does not take responses now.
refusal-not-draft = Only a draft can be changed or opened.
refusal-stale = Somebody changed the survey meanwhile. Load it again.
refusal-version = Give the survey and its version together, or neither.
refusal-ballot-given = You have had your ballot for this survey.
refusal-ballot-unknown = This is no ballot for this survey, or it is not yours.
refusal-ballot-used = This ballot has been used.
refusal-question-unknown = There is no such question.
refusal-answered-twice = This question is answered twice.
refusal-not-asked = This question is not asked after these answers.
refusal-unanswered = Please answer: { $question }
refusal-answer-type = This kind of answer does not fit the question.
refusal-range = Give a number from { $min } to { $max }.
refusal-option = There is no such option.
refusal-choices = Choose { $min } to { $max } of the options, each once.
refusal-ranking = Put all options in order, each once.
refusal-marks = Give every row one mark from { $min } to { $max }.
refusal-text = { $max ->
    [one] Write something, { $max } character at most.
   *[other] Write something, { $max } characters at most.
}
refusal-slug = The short name has lower-case letters, digits and hyphens, 60 at most.
refusal-slug-taken = There is a survey with this short name.
refusal-slug-fixed = The short name cannot be changed.
refusal-no-questions = A survey has at least one question.
refusal-too-many = { $max ->
    [one] There is too much here: { $max } at most.
   *[other] There are too many here: { $max } at most.
}
refusal-question-slug = The name has lower-case letters, digits and _, begins with a letter, and is no word of the condition language.
refusal-repeated = This name is wrong or repeated.
refusal-translation = Write this in Kazakh, Russian and English.
refusal-long = { $max ->
    [one] This is too long: { $max } character at most.
   *[other] This is too long: { $max } characters at most.
}
refusal-choice-count = Here belong { $min } to { $max } entries.
refusal-metric = This figure does not fit the question's type.
refusal-bounds = These limits do not fit the question's type or each other.
refusal-condition = The condition may only compare earlier answers with values, joined by &&, || and !.
refusal-condition-unknown = No earlier question that can be compared is called { $name }.
refusal-unreachable = No answers lead to this question.
refusal-too-branchy = The questions branch too much to be checked.
