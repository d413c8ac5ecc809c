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
event-migrated = У правил для таких обращений новая версия; обращение рассматривается по ней.
event-merged = Объединено с другим делом о том же; ответ будет один.
event-unmerged = Отделено от другого дела; рассматривается само по себе.
event-joined = Кто-то ещё сообщил о том же.
event-terminated = Прекращено без ответа по существу, с указанием причины.
event-answered = Дан ответ: { $party }.
event-contested = Заявитель сообщает, что не исправлено; дело снова открыто.
event-closed = Срок оспаривания ответа прошёл.
event-withdrawn = Отозвано заявителем.
event-deadline-near = Срок скоро истекает; исполнителям и их контролёрам напомнили.
event-deadline-passed = Обещанный срок прошёл без ответа; контролёрам сообщено.
event-still-overdue = Ответа всё ещё нет; аппарату акима сообщено снова.
event-deadline-moved = Календарь рабочих дней изменён постановлением, а с ним и сроки обращения: ответ должен быть дан { $until }.
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

# Схемы процессов: как называются состояния, действия, статусы и участники.
draw-title = { $process }, версия { $version }
draw-start = Подано
draw-end = конец
draw-public = Видно всем: { $status }
draw-here = Не меняя состояния:
draw-timers = Сроки
draw-if = если { $condition }
draw-share = когда прошло { $percent } % срока ответа
draw-legend = Стрелка ведёт от действия к следующему состоянию, номер — это его номер. Под действием указано, кто может его выполнить. Часы отмечают то, что наступает само, по времени.
state-submitted = Поступило
state-routing = Заново определяется, кто ответит
state-triage = Человек решает, кто ответит
state-assigned = У ответственного органа
state-accepted = В работе
state-waiting-for-reporter = Ждёт заявителя
state-merged = Объединено с другим делом
state-answered = Дан ответ, его можно оспорить
state-contested = Оспорено
state-closed = Закрыто
state-withdrawn = Отозвано
state-received = Оценка получена
state-held = Отложена до проверки человеком
state-repairing = По ней открыто дело
state-excluded = Исключена, это можно оспорить
state-counted = Учтена
state-dropped = Исключена окончательно
act-route = Маршрутизация
act-correct-category = Исправить тему
act-forward = Переслать другому органу
act-forward-window-passed = Дни для пересылки проходят
act-accept = Взять в работу
act-assign = Передать коллеге
act-note = Сделать пометку
act-ask = Спросить заявителя
act-answer-question = Ответить на вопрос
act-question-unanswered = Вопрос остаётся без ответа
act-extend = Продлить срок
act-merge = Объединить с другим делом
act-unmerge = Отделить обратно
act-join = Присоединиться
act-respond = Дать ответ
act-respond-to-merged = На другое дело дан ответ
act-contest = Оспорить: не исправлено
act-contest-window-passed = Срок оспаривания проходит
act-withdraw = Отозвать
act-deadline-near = Срок скоро истекает
act-deadline-passed = Срок ответа проходит
act-still-overdue = Ответа всё ещё нет
act-count = Учесть оценку
act-repair = На дело дан ответ
act-hold = Отложить
act-release = Учесть после проверки
act-exclude = Исключить
status-registered = Зарегистрировано
status-in-progress = В работе
status-waiting-for-reporter = Ожидает заявителя
status-forwarded = Перенаправлено
status-extended = Продлено
status-overdue = Просрочено
status-answered = Дан ответ
status-contested = Оспорено
status-withdrawn = Отозвано
status-terminated = Прекращено
who-system = система
who-reporter = заявитель
who-citizen = любой гражданин
who-officer = сотрудник
who-supervisor = контролёр
process-request = Заявка
process-appeal = Обращение по АППК
process-rating = Оценка
term-hours = { $n ->
    [one] { $n } час
    [few] { $n } часа
   *[other] { $n } часов
}
term-working-days = { $n ->
    [one] { $n } рабочий день
    [few] { $n } рабочих дня
   *[other] { $n } рабочих дней
}
term-calendar-days = { $n ->
    [one] { $n } день
    [few] { $n } дня
   *[other] { $n } дней
}
term-calendar-months = { $n ->
    [one] { $n } месяц
    [few] { $n } месяца
   *[other] { $n } месяцев
}
case-emergency = аварийное
case-urgent = срочное
case-ordinary = обычное
case-planned = плановое
case-application = заявление
case-complaint = жалоба
case-message = сообщение
case-proposal = предложение
case-response = отклик
case-info-request = запрос
