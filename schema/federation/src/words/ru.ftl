# Пределы
limit-tokens = В документе больше лексем, чем разрешено ({ $max }).
limit-depth = Глубина выборки: { $found }; разрешено: { $max }.
limit-aliases = Псевдонимов в операции: { $found }; разрешено: { $max }.
limit-root-fields = Корневых полей в операции: { $found }; разрешено: { $max }.
limit-fields = Полей в операции: { $found }; разрешено: { $max }.
limit-directives = Директив в операции: { $found }; разрешено: { $max }.
limit-introspection = Вложенность списков интроспекции: { $found }; разрешено: { $max }.
limit-fragment-spreads = Вставок фрагментов в операции: { $found }; разрешено: { $max }.
limit-cost = Стоимость операции: { $found }; разрешено: { $max }. Запросите меньше элементов или меньше вложенных списков.
cost-slicing = Укажите для «{ $field }» ровно один из аргументов: { $arguments }.
# Документы
document-syntax = Документ не удаётся разобрать: { $detail }
operation-none = В документе нет операции.
operation-unknown = В документе нет операции «{ $name }».
operation-ambiguous = В документе несколько операций: назовите одну.
operation-kind = Для подписки нужен поток.
introspection-closed = Схема здесь не сообщается.
documents-only = Здесь отвечают только на известные документы: отправьте «documentId».
document-digest = «sha256Hash» – не дайджест значения «query».
# Переменные
variable-missing = Нужна переменная «${ $path }»: { $type }.
variable-null = Переменная «${ $path }» не может быть null: { $type }.
variable-type = У переменной «${ $path }» неверное значение: ожидается { $type }.
variable-unknown = «${ $path }» — не поле типа { $type }.
variable-one-of = В «${ $path }» должно быть ровно одно поле типа { $type }.
variable-list = В списке «${ $path }» может быть не больше { $type } элементов.
variable-nul = В переменной «${ $path }» есть символ U+0000, недопустимый в { $type }.
variable-reserved = Имя «${ $path }» занято графом: назовите переменную иначе.
# Доступ
access-forbidden = Поле «{ $field }» вам недоступно.
access-unauthenticated = Чтобы увидеть «{ $field }», войдите в систему.
# node, nodes
node-ids = За один раз можно запросить не больше { $max } идентификаторов.
