not-known = пока не известно
refusal-key-not-uuid = Ключ действия должен быть UUID.
refusal-key-reused = Этот ключ уже использован для другого. Для нового действия создайте новый.
refusal-text-empty = Напишите, о чём обращение.
refusal-text-long = { $max ->
    [one] Текст слишком длинный: не больше { $max } знака.
    [few] Текст слишком длинный: не больше { $max } знаков.
   *[many] Текст слишком длинный: не больше { $max } знаков.
}
refusal-category-unknown = Такой категории нет.
refusal-district-unknown = Такого города или района в области нет.
refusal-service-unknown = Такой услуги нет.
refusal-party-unknown = Такого органа нет.
refusal-point-outside = Это место за пределами Туркестанской области.
refusal-email = Это не адрес электронной почты.
refusal-phone = Это не номер телефона. Напишите его с кодом, например +7 701 123 45 67.
refusal-iin = Это не ИИН: 12 цифр, последняя проверяет остальные.
refusal-appeal-name = Для официального обращения нужно имя заявителя (АППК, ст. 63). Заявку можно подать без имени.
refusal-appeal-iin = Для официального обращения нужен ИИН заявителя (АППК, ст. 63). Заявку можно подать без него.
refusal-not-found = Такого здесь нет.
refusal-stale = Тем временем дело кто-то изменил. Посмотрите ещё раз и решите.
refusal-not-your-case = Это может только тот, кто ведёт дело.
refusal-officer-elsewhere = Этот сотрудник работает в другом органе.
refusal-forward-to-itself = Дело уже у этого органа.
event-text-released = Текст обращения опубликован без личных данных.
event-content-erased = Написанное удалено. Доказательство того, что обращение подано, сохранено.
mail-coupon-subject = { $reference }: ваше обращение зарегистрировано
mail-coupon-text = Ваше обращение зарегистрировано.

    Номер: { $reference }
    Зарегистрировано: { $registered }
    Ответ до: { $due }
    Тема: { $category }
    Ключ: { $key }

    По номеру и ключу видно, у кого ваше обращение, почему и до какого срока, и можно оспорить ответ. Никому не показывайте ключ.
mail-reporter-subject = { $reference }: новости о вашем обращении
mail-reporter-text = { $event }

    Номер: { $reference }
    Ответ до: { $due }
mail-answer-text = { $event }

    { $answer }

    Номер: { $reference }
    Если проблема не решена, сообщите об этом по номеру и ключу талона в течение 30 дней: дело откроют снова. Вы также можете пожаловаться в вышестоящий орган (АППК, ст. 91).
mail-rating-subject = { $reference }: оцените ответ
mail-rating-text = На ваше обращение { $reference } дан ответ. Оцените его в e-Halyk по номеру и ключу талона. Орган видит оценку, но не видит, кто её поставил.
mail-officer-subject = { $reference }: { $category }
mail-officer-text = { $event }

    Номер: { $reference }
    Тема: { $category }
    Место: { $district }
    Ответ до: { $due }
mail-supervisor-text = Дело подконтрольного вам органа требует внимания. { $event }

    Номер: { $reference }
    Тема: { $category }
    Место: { $district }
    Ответ до: { $due }
