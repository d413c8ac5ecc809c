fault-unauthenticated = Войдите снова: токена нет или он больше не действует.
fault-forbidden = Вам нельзя это делать или видеть.
fault-not-found = Такого здесь нет.
fault-bad-user-input = Недопустимое значение в запросе.
fault-graphql-parse-failed = Запрос не читается как GraphQL.
fault-graphql-validation-failed = Запрос не соответствует схеме.
fault-persisted-document-not-found = Названный документ не известен.
# Клиенты протокола Apollo сравнивают именно эти буквы.
fault-persisted-query-not-found = PersistedQueryNotFound
fault-cost-estimated-too-expensive = Запрос требует слишком много сразу.
fault-batching-not-allowed = Отправляйте по одной операции в запросе.
fault-rate-limited = Слишком много запросов, попробуйте немного позже.
fault-timeout = Ответ занял слишком много времени, попробуйте ещё раз.
fault-subgraph-unavailable = Эта часть данных города сейчас не отвечает.
fault-internal = Ошибка на нашей стороне. Она записана.
page-first = Запрашивайте от 1 до { $max } элементов за раз.
page-cursor = Этот курсор выдан не здесь.
period-quarter = { $number } квартал { $year } года
