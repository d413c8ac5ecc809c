edge-method = Используйте POST или, для запроса на чтение, GET.
edge-get-query = Через GET принимаются только запросы на чтение; эту операцию отправьте через POST.
edge-content-type = Отправьте запрос как application/json.
edge-content-encoding = Отправьте запрос без сжатия.
edge-multipart = Файлы не передаются через GraphQL: отправьте запрос как application/json.
edge-accept = Ответ может быть в формате application/json, application/graphql-response+json или text/event-stream.
edge-cross-site = Запрос с другого сайта должен иметь тип содержимого или заголовок, который страница не может отправить сама.
edge-cross-site-socket = Странице этого сайта нельзя открывать здесь WebSocket.
edge-upgrade = На такое рукопожатие WebSocket ответить нельзя.
edge-body-large = Запрос больше { $max } байт.
edge-body-slow = Запрос не пришёл вовремя.
edge-body-lost = Запрос оборвался.
edge-body-json = Запрос не является правильным JSON.
edge-body-object = Запрос должен быть объектом JSON.
edge-parameter = «{ $name }» – это должен быть { $type }.
edge-query-missing = В запросе нет «query».
edge-query-string = Строку параметров адреса не удаётся прочитать.
edge-stream = Подписка отвечает потоком text/event-stream: укажите его в Accept или используйте WebSocket.
edge-busy = Открыто слишком много подписок; попробуйте чуть позже.
edge-load = Одновременно слишком много запросов; попробуйте чуть позже.
edge-unread = События не были прочитаны вовремя. Подпишитесь снова, после последнего полученного курсора.
edge-starting = Город ещё открывается; попробуйте через мгновение.
file-empty = Файл пуст.
file-large = Файл слишком большой: не больше { $max } МБ.
file-kind = Принимаются только фотографии (JPEG, PNG, WebP) и документы PDF.
file-heic = Это фотография HEIC, её открывают не все. Отправьте её в JPEG: iPhone снимает так, если формат камеры — «Наиболее совместимый».
file-broken = Файл повреждён или оборвался в пути. Отправьте его снова.
file-pixels = В фотографии слишком много пикселей: не больше { $max } млн. Уменьшите её и отправьте.
file-form = Отправьте сам файл или форму с одним файлом и ничем больше.
file-day = Сегодня от вас пришло слишком много файлов. Остальные отправьте завтра.
file-at-once = { $max ->
    [one] Отправляйте файлы по очереди: не больше { $max } сразу.
    [few] Отправляйте файлы по очереди: не больше { $max } сразу.
   *[other] Отправляйте файлы по очереди: не больше { $max } сразу.
}
file-cross-site = Страница этого сайта не может отправлять сюда файлы.
file-gone = Здесь больше нет файла. Откройте обращение снова и из него — файл.
bounce-unmarked = Это не отчёт о письме, вернувшемся на адрес с меткой.
bounce-unknown = Ни у одного нашего письма нет такой метки в обратном пути.
unsubscribe-title = Отказ от сообщений
unsubscribe-question = Больше не присылать сообщения этого вида? Сообщения, которые требует закон, всё равно будут приходить.
unsubscribe-button = Отказаться
unsubscribe-done = Готово: сообщения этого вида больше не придут. Сообщения, которые требует закон, всё равно будут приходить.
unsubscribe-unknown = Такого адреса нет ни в одном письме. Скопируйте его из письма целиком.
unsubscribe-later = Сейчас это не удалось. Попробуйте немного позже.
# Other faces
face-host = В запросе нет заголовка Host.
# Ленты
feed-title = Smart Turkistan: обращения
feed-description = Обращения жителей Туркестанской области и что с ними происходит.
feed-subject-unknown = Тема пока неизвестна
feed-responsible = Отвечает: { $party }
feed-due = Срок ответа: { $day }
feed-unknown = Такой ленты нет: /feeds/feedback.atom или /feeds/feedback.rss.
feed-status = status: такого состояния нет.
# Календарь сроков
calendar-title = Smart Turkistan: сроки ответов
calendar-due = Срок ответа: { $reference }
calendar-unknown = Такого календаря нет: адрес закрыт или скопирован не целиком.
# Open311
open311-address = Такого адреса нет: /open311/v2/services, requests или tokens с окончанием .xml или .json.
open311-read-only = Этот адрес только для чтения; обращение отправляется на /open311/v2/requests.
open311-key-missing = api_key: укажите ключ. Его выдаёт акимат.
open311-key-unknown = api_key: такой ключ неизвестен.
open311-jurisdiction = jurisdiction_id: такого города здесь нет.
open311-service-missing = service_code: укажите, о чём обращение.
open311-service-unknown = service_code: такого вида нет.
open311-request-unknown = service_request_id: такого обращения нет.
open311-token-unknown = token: такая метка не выдавалась.
open311-place = lat, long или address_string: укажите, где это.
open311-address-id = address_id: такого реестра у города нет; укажите lat и long или address_string.
open311-coordinates = lat, long: нужны оба, в градусах, например 43.3005 и 68.2505.
open311-media = media_url: файлы пока не принимаются.
open311-date = { $name }: напишите дату и время с поясом, например 2026-11-24T09:00:00+05:00.
open311-span = { $max ->
    [one] start_date, end_date: между ними не больше { $max } дня, start_date идёт первой.
    [few] start_date, end_date: между ними не больше { $max } дней, start_date идёт первой.
    [many] start_date, end_date: между ними не больше { $max } дней, start_date идёт первой.
   *[other] start_date, end_date: между ними не больше { $max } дня, start_date идёт первой.
}
open311-status = status: open или closed.
open311-many = { $max ->
    [one] service_request_id: не больше { $max } номера за раз.
    [few] service_request_id: не больше { $max } номеров за раз.
    [many] service_request_id: не больше { $max } номеров за раз.
   *[other] service_request_id: не больше { $max } номера за раз.
}
open311-form = Отправьте обращение как application/x-www-form-urlencoded, без сжатия.
open311-idempotency = { $max ->
    [one] Idempotency-Key: от 1 до { $max } знака, латинские буквы, цифры и знаки.
    [few] Idempotency-Key: от 1 до { $max } знаков, латинские буквы, цифры и знаки.
    [many] Idempotency-Key: от 1 до { $max } знаков, латинские буквы, цифры и знаки.
   *[other] Idempotency-Key: от 1 до { $max } знака, латинские буквы, цифры и знаки.
}
open311-notice = Обращение зарегистрировано под номером { $reference }. Ключ талона: { $key }. У кого номер и ключ, тот и есть заявитель: сохраните оба.
open311-yes = да
open311-no = нет
open311-day = Дата, например 2026-11-24.
open311-contact = С вопросами обращайтесь в акимат или в контакт-центр 109.
open311-keys = За ключом для вашей программы обратитесь в акимат или в контакт-центр 109.
type-text = текст
type-object = объект
# Письма владельцам доверенных документов
mail-deprecated-subject = Элемент { $coordinate } устарел
mail-deprecated-text =
    Здравствуйте, { $owner }.

    Элемент { $coordinate } графа Smart Turkistan объявлен устаревшим и позже будет удалён.
    Почему и чем его заменить: { $reason }

    Его используют ваши доверенные документы:
    { $documents }
telegram-linked = Готово: новости ваших обращений будут приходить и в этот чат. Чтобы прекратить, напишите /stop.
telegram-unknown = Эта ссылка не действует: срок её истёк, или ею уже воспользовались. Возьмите новую в личном кабинете.
telegram-stopped = Готово: в этот чат больше ничего не придёт. Сообщения, которых требует закон, приходят на почту, как прежде.
telegram-hint = Этот бот передаёт новости Smart Turkistan. Подключите его по ссылке из личного кабинета. Чтобы прекратить, напишите /stop.
