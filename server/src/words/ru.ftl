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
unsubscribe-title = Отказ от сообщений
unsubscribe-question = Больше не присылать сообщения этого вида? Сообщения, которые требует закон, всё равно будут приходить.
unsubscribe-button = Отказаться
unsubscribe-done = Готово: сообщения этого вида больше не придут. Сообщения, которые требует закон, всё равно будут приходить.
unsubscribe-unknown = Такого адреса нет ни в одном письме. Скопируйте его из письма целиком.
unsubscribe-later = Сейчас это не удалось. Попробуйте немного позже.
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
