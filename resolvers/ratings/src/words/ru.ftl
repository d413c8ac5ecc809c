refusal-key-not-uuid = Ключ идемпотентности — это UUID, который создаёт ваша программа.
refusal-key-reused = Этот ключ уже использован для другой оценки.
refusal-stars = Поставьте от 1 до 5 звёзд; 5 — лучше всего.
refusal-comment-long = { $max ->
    [one] Комментарий слишком длинный: не больше { $max } знака.
   *[many] Комментарий слишком длинный: не больше { $max } знаков.
}
refusal-service-unknown = Такой услуги нет.
refusal-rated-recently = { $days ->
    [one] Вы уже оценили эту услугу. Оценить её снова можно через { $days } день.
    [few] Вы уже оценили эту услугу. Оценить её снова можно через { $days } дня.
   *[many] Вы уже оценили эту услугу. Оценить её снова можно через { $days } дней.
}
refusal-report-unknown = Нет обращения с таким номером и ключом.
refusal-not-answered = У обращения сейчас нет ответа, который можно оценить.
refusal-rating-unknown = Такой оценки нет, или она не ваша.
refusal-answer-rated = Этот ответ уже оценён.
band-excellent = Очень хорошо
band-good = Хорошо
band-mixed = Неоднозначно
band-poor = Плохо
