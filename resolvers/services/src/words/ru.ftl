query-too-long = { $max ->
    [one] Текст поиска слишком длинный: не больше { $max } знака.
   *[many] Текст поиска слишком длинный: не больше { $max } знаков.
}

term-exactly-minutes = { $amount ->
    [one] { $amount } минута
    [few] { $amount } минуты
   *[many] { $amount } минут
}
term-exactly-working-days = { $amount ->
    [one] { $amount } рабочий день
    [few] { $amount } рабочих дня
   *[many] { $amount } рабочих дней
}
term-exactly-days = { $amount ->
    [one] { $amount } день
    [few] { $amount } дня
   *[many] { $amount } дней
}
term-up-to-minutes = { $amount ->
    [one] до { $amount } минуты
   *[many] до { $amount } минут
}
term-up-to-working-days = { $amount ->
    [one] до { $amount } рабочего дня
   *[many] до { $amount } рабочих дней
}
term-up-to-days = { $amount ->
    [one] до { $amount } дня
   *[many] до { $amount } дней
}
term-as-a-rule-minutes = { $amount ->
    [one] по общему правилу { $amount } минута
    [few] по общему правилу { $amount } минуты
   *[many] по общему правилу { $amount } минут
}
term-as-a-rule-working-days = { $amount ->
    [one] по общему правилу { $amount } рабочий день
    [few] по общему правилу { $amount } рабочих дня
   *[many] по общему правилу { $amount } рабочих дней
}
term-as-a-rule-days = { $amount ->
    [one] по общему правилу { $amount } день
    [few] по общему правилу { $amount } дня
   *[many] по общему правилу { $amount } дней
}
term-several-minutes = несколько минут
term-several-working-days = несколько рабочих дней
term-several-days = несколько дней
term-at-once = сразу
term-after-registration = сразу после регистрации
term-same-day = в тот же день
term-by-booking = по записи
term-by-competition = по итогам конкурса
term-by-visit = при посещении
term-depends = зависит от заявки

fee-free = Бесплатно
fee-duty = Государственная пошлина в месячных расчётных показателях (МРП); размер не проверен
fee-duty-factor = Государственная пошлина: { $factor } МРП
fee-contract = По договору с поставщиком
fee-unverified = Не проверено: уточните у поставщика
