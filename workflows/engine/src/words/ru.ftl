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

# Где записано правило.
law-appc = АППК, ст. { $n }
law-service-level = норматив города
law-city-rule = правило города

# Ход дела. $party: название ответственного органа; $days: рабочие дни; $until: день.
event-submitted = Принято и зарегистрировано.
event-sent-to-triage = Тема пока не ясна; кто ответит, решает { $party }.
event-assigned = Передано: { $party }.
event-category-corrected = Тема исправлена; ответственный орган определяется заново.
event-forwarded = Перенаправлено: { $party }.
event-forward-window-passed = Срок, в который дело можно перенаправить по компетенции, прошёл.
event-accepted = Принято в работу: { $party }.
event-officer-assigned = Назначен сотрудник.
event-noted = Сделана заметка.
event-question-asked = К вам есть вопрос: { $party }.
event-question-answered = На вопрос дан ответ.
event-question-unanswered = Ответа на вопрос нет; работа продолжается без него.
event-extended = { $days ->
    [one] Срок продлён на { $days } рабочий день, до { $until }.
    [few] Срок продлён на { $days } рабочих дня, до { $until }.
   *[many] Срок продлён на { $days } рабочих дней, до { $until }.
}
event-merged = Объединено с другим делом о том же; ответ будет один.
event-unmerged = Отделено от другого дела; рассматривается само по себе.
event-joined = Кто-то ещё сообщил о том же.
event-terminated = Прекращено без ответа по существу, с указанием причины.
event-answered = Дан ответ: { $party }.
event-contested = Заявитель сообщает, что не исправлено; дело снова открыто.
event-closed = Срок оспаривания ответа прошёл.
event-withdrawn = Отозвано заявителем.
event-deadline-passed = Обещанный срок прошёл без ответа; контролёрам сообщено.
event-deemed-refused = Срок по закону прошёл без ответа. Это считается отказом (АППК, ст. 91(2)); вы можете подать жалобу в вышестоящий орган.
event-rating-received = Оценка получена.
event-rating-counted = Оценка учтена.
event-rating-counted-low = Оценка учтена, и по ней открыто дело.
event-rating-repaired = По делу дан ответ; вы можете оценить снова.
event-rating-held = Оценка отложена, пока её не посмотрит человек.
event-rating-excluded = Оценка не учтена, с указанием причины; вы можете это оспорить.
event-rating-contested = Исключение оспорено.
event-rating-dropped = Срок оспаривания исключения прошёл.

refusal-not-allowed = Вам это нельзя.
refusal-wrong-state = Сейчас это сделать нельзя.
refusal-forward-late = Прошло больше трёх рабочих дней, поэтому перенаправить обращение может только контролёр.
refusal-overdue = Срок уже прошёл, поэтому продлить его нельзя.
refusal-extension-days = Укажите, на сколько рабочих дней.
refusal-extension-limit = Продлить можно не дольше чем до { $until }.
refusal-contest-too-late = Срок оспаривания прошёл.
refusal-question-closed = Вопрос уже закрыт.
