why-akimat = { $district }: за «{ $category }» отвечает местный акимат.
why-utility = { $district }: за «{ $category }» отвечает эта коммунальная служба.
why-building-manager = { $district }: это объединение управляет домом и отвечает за «{ $category }».
why-region = Эта сеть отвечает за «{ $category }» во всей области.
why-subject = Этот орган отвечает за «{ $category }».
why-service = Сообщение касается услуги, которую оказывает этот орган: { $party }.
why-triage = Тема пока не определена; кто ответит, решает { $party }.
why-otherwise = { $district }: своей службы для «{ $category }» нет, поэтому отвечает { $party }.
why-without-place = Место не указано, поэтому за «{ $category }» отвечает { $party }.
why-nobody = Ответственный орган не найден, поэтому решает { $party }.
step-registered-same-day = Зарегистрировано в день поступления, { $to } ({ $article }).
step-registered-next-working-day = Поступило { $from } после рабочего времени или в выходной, поэтому зарегистрировано в следующий рабочий день, { $to } ({ $article }).
step-hours = { $n ->
    [one] { $n } час круглосуточно с момента поступления
    [few] { $n } часа круглосуточно с момента поступления
   *[many] { $n } часов круглосуточно с момента поступления
} ({ $article }).
step-working-days = { $n ->
    [one] { $n } рабочий день с { $from }: до { $to }
    [few] { $n } рабочих дня с { $from }: до { $to }
   *[many] { $n } рабочих дней с { $from }: до { $to }
} ({ $article }).
step-calendar-days = { $n ->
    [one] { $n } день с { $from }: до { $to }
    [few] { $n } дня с { $from }: до { $to }
   *[many] { $n } дней с { $from }: до { $to }
} ({ $article }).
step-calendar-months = { $n ->
    [one] { $n } месяц с { $from }: до { $to }
    [few] { $n } месяца с { $from }: до { $to }
   *[many] { $n } месяцев с { $from }: до { $to }
} ({ $article }).
step-pause = { $n ->
    [one] Срок стоял { $n } рабочий день, пока ждали ответа заявителя: до { $to }
    [few] Срок стоял { $n } рабочих дня, пока ждали ответа заявителя: до { $to }
   *[many] Срок стоял { $n } рабочих дней, пока ждали ответа заявителя: до { $to }
} ({ $article }).
step-extension = { $n ->
    [one] Продлено мотивированным решением на { $n } рабочий день: до { $to }
    [few] Продлено мотивированным решением на { $n } рабочих дня: до { $to }
   *[many] Продлено мотивированным решением на { $n } рабочих дней: до { $to }
} ({ $article }).
step-moved-from-day-off = Срок выпал на выходной, { $from }, поэтому истекает { $to } ({ $article }).
step-holidays = Праздничные и перенесённые дни: { $days }.
step-not-covered = Календарь { $calendar } не знает праздников этого времени; исключены только суббота и воскресенье.
