not-known = пока не известно
advice-call-first = Если жизни угрожает опасность, сейчас же позвоните 112. Обращение можно подать и после этого.
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
refusal-question-not-asked = Об этом по этой теме не спрашивают, или ответ дан дважды.
refusal-answer-choice = Выберите из предложенного.
refusal-answer-one = Дайте один ответ.
refusal-answer-number = Напишите число.
refusal-answer-date = Напишите дату так: 2026-11-24.
answer-yes = да
answer-no = нет
refusal-not-found = Такого здесь нет.
refusal-stale = Тем временем дело кто-то изменил. Посмотрите ещё раз и решите.
refusal-not-your-case = Это может только тот, кто ведёт дело.
refusal-officer-elsewhere = Этот сотрудник работает в другом органе.
refusal-held = Это дело у другого сотрудника. У кого, видно в деле.
refusal-not-held = Это дело не у вас.
refusal-merge-unfit = Объединить можно только с открытым делом того же органа, которое само не объединено с другим.
refusal-terminate-merged = Ответа на это дело ждут другие. Сначала отделите их, затем прекращайте рассмотрение.
refusal-forward-to-itself = Дело уже у этого органа.
refusal-erase-open = Стереть можно после завершения работы: отзовите обращение или дождитесь, когда истечёт срок оспаривания ответа.
queue-mine = У меня
queue-unassigned = Никем не взятые
queue-contested = Возвращённые как нерешённые
queue-due-soon = Срок истекает за три дня
queue-overdue = Просроченные
queue-waiting = Ждут ответа заявителя
refusal-queue-days = Число дней — от 0 до { $max }.
refusal-queue-shared = Очередь для всего органа открывает только руководитель.
refusal-queues-many = { $max ->
    [one] Слишком много очередей: не больше { $max }. Удалите ненужную.
    [few] Слишком много очередей: не больше { $max }. Удалите ненужную.
   *[other] Слишком много очередей: не больше { $max }. Удалите ненужную.
}
masked-iin = ИИН
masked-number = номер
masked-phone = телефон
masked-mail = почта
masked-name = имя
masked-address = адрес
refusal-text-personal = В тексте остались телефон, почта или другой личный номер. Уберите их и опубликуйте снова.
refusal-join-appeal = Это официальное обращение одного человека. Подайте своё.
refusal-join-own = Это ваше собственное обращение.
refusal-template-place = Такого места в тексте нет: { $place }.
refusal-template-party = Шаблоны хранят сотрудники органа.
refusal-templates-many = { $max ->
    [one] Слишком много шаблонов: не больше { $max }. Удалите ненужный.
    [few] Слишком много шаблонов: не больше { $max }. Удалите ненужный.
   *[other] Слишком много шаблонов: не больше { $max }. Удалите ненужный.
}
refusal-rules-mistake = { $file }, строка { $line }: { $reason }
refusal-rules-other = Проверялось не это: файлы другие, или с тех пор вступили в силу другие правила. Проверьте их ещё раз.
refusal-rules-not-tried = Эти правила ещё не проверены на всех записанных обращениях. Дождитесь результата, затем публикуйте.
refusal-rules-misfits = Карта перехода подходит не ко всем обращениям в работе. Посмотрите обращения, названные при проверке, и исправьте карту.
refusal-rules-second-person = Вы уже опубликовали это. Для того, что содержит сроки закона, нужен ещё один человек.
refusal-rules-published = Эти правила уже действуют.
refusal-nothing-learnt = Выученной версии нет: предложения делает собственная модель программы.
refusal-code = Код неверный или устарел. Запросите новый.
refusal-nothing-to-confirm = Здесь нет адреса, который ждёт подтверждения.
refusal-codes-many = { $max ->
    [one] Слишком много кодов: не больше { $max }. Смотрите обращение по номеру и ключу.
    [few] Слишком много кодов: не больше { $max }. Смотрите обращение по номеру и ключу.
   *[other] Слишком много кодов: не больше { $max }. Смотрите обращение по номеру и ключу.
}
refusal-codes-soon = { $minutes ->
    [one] Код только что отправлен. Подождите { $minutes } минуту.
    [few] Код только что отправлен. Подождите { $minutes } минуты.
   *[other] Код только что отправлен. Подождите { $minutes } минут.
}
event-contact-confirmed = Заявитель подтвердил адрес почты.
identity-signed = Автор подписал электронной подписью
identity-signed-fake = ТЕСТОВАЯ ПОДПИСЬ: без юридической силы, сделана для показа
identity-account = Автор вошёл под своей учётной записью
identity-declared = Автор назвал себя сам, не проверено
identity-unknown = Автор не назван
refusal-signature-invalid = Это не действующая подпись под этим текстом. Подпишите текст ещё раз.
refusal-signature-other = Подпись принадлежит не тому, чей ИИН указан.
refusal-signature-unavailable = Здесь подписи не проверяются. Подайте обращение без подписи.
event-external-number = Записан номер в национальном реестре.
refusal-external-number = Это не похоже на номер реестра: от 4 до 40 букв, цифр, дефисов, точек и косых черт, среди них цифра.
refusal-external-taken = Этот номер записан у другого обращения.
refusal-external-request = Номер реестра бывает только у официального обращения.
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
mail-confirm-subject = { $reference }: подтвердите адрес почты
mail-confirm-text = Зарегистрировано обращение, в котором указан этот адрес.

    Номер: { $reference }
    Зарегистрировано: { $registered }
    Ответ до: { $due }
    Код: { $code }

    { $hours ->
        [one] Введите номер и код в течение { $hours } часа: тогда сюда придут талон с ключом и новости обращения.
        [few] Введите номер и код в течение { $hours } часов: тогда сюда придут талон с ключом и новости обращения.
       *[other] Введите номер и код в течение { $hours } часов: тогда сюда придут талон с ключом и новости обращения.
    }

    Если обращение подали не вы, ничего не делайте: больше ничего не придёт.
mail-reporter-subject = { $reference }: новости о вашем обращении
mail-reporter-text = { $event }

    Номер: { $reference }
    Ответ до: { $due }
mail-answer-text = { $event }

    { $answer }

    Номер: { $reference }
    Если проблема не решена, сообщите об этом по номеру и ключу талона в течение 30 дней: дело откроют снова. Вы также можете пожаловаться в вышестоящий орган (АППК, ст. 91).
mail-question-text = { $event }

    { $question }

    Номер: { $reference }
    Ответьте по номеру и ключу талона. Срок ответа: { $due }
mail-extension-text = { $event }

    Номер решения: { $decision }
    Причина: { $reason }

    Номер: { $reference }
    Срок ответа: { $due }
mail-joined-subject = { $reference }: новости обращения, к которому вы присоединились
mail-joined-text = { $event }

    Номер: { $reference }
    Тема: { $category }
    Место: { $district }
    Срок ответа: { $due }
mail-rating-subject = { $reference }: оцените ответ
mail-rating-text = На ваше обращение { $reference } дан ответ. Оцените его в e-Halyk по номеру и ключу талона. Орган видит оценку, но не видит, кто её поставил.
mail-officer-subject = { $reference }: { $category }
mail-officer-text = { $event }

    Номер: { $reference }
    Тема: { $category }
    Место: { $district }
    Ответ до: { $due }
mail-akim-text = Орган нарушил срок ответа. { $event }

    Номер: { $reference }
    Тема: { $category }
    Место: { $district }
    Срок ответа: { $due }
mail-supervisor-text = Дело подконтрольного вам органа требует внимания. { $event }

    Номер: { $reference }
    Тема: { $category }
    Место: { $district }
    Ответ до: { $due }
refusal-bulk-cases = Выберите хотя бы одно дело, каждое только один раз.
refusal-bulk-many = { $max ->
    [one] Слишком много дел сразу: не больше { $max }.
    [few] Слишком много дел сразу: не больше { $max }.
   *[other] Слишком много дел сразу: не больше { $max }.
}
refusal-bulk-missing = Для этого действия это нужно указать.
refusal-bulk-begun = Отменить уже нельзя: действие выполняется.
refusal-case-not-worked = Над этим делом никто не работает: оно ещё не направлено или уже завершено.
refusal-reason-missing = Для такого исхода нужна причина. Выберите её.
refusal-reason-unfit = Эта причина не подходит к такому исходу.
refusal-subtask-days = Срок части работы — от 1 до { $max } рабочих дней.
refusal-subtask-late = Срок части был бы позже срока самого дела.
refusal-subtask-own = Дело и так у этого органа. Выполните эту часть сами.
refusal-subtask-over = Эта часть уже завершена.
refusal-subtasks-many = { $max ->
    [one] Слишком много частей: не больше { $max }.
    [few] Слишком много частей: не больше { $max }.
   *[other] Слишком много частей: не больше { $max }.
}
refusal-subtasks-open = { $count ->
    [one] Ещё не завершена { $count } часть работы. Дождитесь её или отзовите, затем отвечайте.
    [few] Ещё не завершены { $count } части работы. Дождитесь их или отзовите, затем отвечайте.
   *[other] Ещё не завершено { $count } частей работы. Дождитесь их или отзовите, затем отвечайте.
}
refusal-parts-many = { $max ->
    [one] Слишком много частей одного дела: не больше { $max }.
    [few] Слишком много частей одного дела: не больше { $max }.
   *[other] Слишком много частей одного дела: не больше { $max }.
}
refusal-incident-case = Добавить можно только открытое дело, которое не относится к другому происшествию.
refusal-incident-none = Дело не относится ни к какому происшествию.
refusal-incident-terminate = Происшествие так не завершают: основания для прекращения относятся к одному заявителю.
refusal-incident-party = Происшествия открывают только сотрудники органа.
refusal-incident-over = Происшествие уже завершено.
refusal-incident-many = { $max ->
    [one] Слишком много обращений в одном происшествии: не больше { $max }.
    [few] Слишком много обращений в одном происшествии: не больше { $max }.
   *[other] Слишком много обращений в одном происшествии: не больше { $max }.
}
event-subtask-given = Часть работы поручена: { $party }, срок — { $until }.
event-subtask-done = Часть работы выполнена.
event-subtask-declined = Орган отказался от порученной ему части работы.
event-subtask-cancelled = Часть работы отозвана.
event-subtask-overdue = Срок части работы прошёл.
event-part-forwarded = Часть обращения направлена: { $party }; ответ на неё придёт оттуда.
event-incident-joined = Обращение относится к происшествию, о котором сообщили и другие.
event-incident-left = Обращение больше не относится к происшествию.
event-incident-news = Есть новости о происшествии.
event-incident-expected = Есть новости о происшествии. Оно должно закончиться до { $until }.
mail-subtask-given-subject = { $reference }: вам поручена часть работы
mail-subtask-cancelled-subject = { $reference }: часть работы отозвана
mail-subtask-overdue-subject = { $reference }: срок части работы прошёл
mail-subtask-given-text = Вам поручена часть работы по делу другого органа.

    { $task }

    Номер: { $reference }
    Тема: { $category }
    Место: { $district }
    Срок: { $until }
mail-subtask-cancelled-text = Порученная вам часть работы отозвана.

    { $task }

    Номер: { $reference }
mail-subtask-overdue-text = Срок порученной вам части работы прошёл.

    { $task }

    Номер: { $reference }
    Срок: { $until }
mail-part-text = { $event }

    Номер части — { $part }; ваш ключ подходит и к ней.

    Номер: { $reference }
    Срок ответа: { $due }
mail-incident-text = { $event }

    { $incident }
    { $news }

    Номер: { $reference }
    Срок ответа: { $due }
demo-question = Какой это подъезд?
demo-reason = Материалы везут из другого города.
demo-part = Вскройте дорожное покрытие для ремонта.
demo-incident = Прорвало магистраль
demo-incident-text = Бригада работает на месте. Ответ получит каждый, кто сообщил.
demo-template-done = Сделано
demo-template-done-text = По вашему обращению { "{" }reference{ "}" } ({ "{" }category{ "}" }): работы выполнены.
demo-template-planned = В плане
demo-template-planned-text = По вашему обращению { "{" }reference{ "}" } ({ "{" }category{ "}" }): работы внесены в план, ответ вы получите до { "{" }due{ "}" }.
