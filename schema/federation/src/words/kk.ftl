# Шектер
limit-tokens = Құжаттағы лексемалар саны { $max } шегінен асады.
limit-depth = Таңдау тереңдігі: { $found }; рұқсат етілгені: { $max }.
limit-aliases = Операциядағы бүркеншік аттар: { $found }; рұқсат етілгені: { $max }.
limit-root-fields = Операциядағы түбір өрістер: { $found }; рұқсат етілгені: { $max }.
limit-fields = Операциядағы өрістер: { $found }; рұқсат етілгені: { $max }.
limit-directives = Операциядағы директивалар: { $found }; рұқсат етілгені: { $max }.
limit-introspection = Интроспекция тізімдерінің кірістірілу тереңдігі: { $found }; рұқсат етілгені: { $max }.
limit-fragment-spreads = Операциядағы фрагмент қоюлары: { $found }; рұқсат етілгені: { $max }.
limit-cost = Операцияның құны: { $found }; рұқсат етілгені: { $max }. Элементтерді немесе тізім ішіндегі тізімдерді азырақ сұраңыз.
cost-slicing = «{ $field }» үшін мына аргументтердің дәл біреуін көрсетіңіз: { $arguments }.
# Құжаттар
document-syntax = Құжатты талдау мүмкін болмады: { $detail }
operation-none = Құжатта операция жоқ.
operation-unknown = Құжатта «{ $name }» операциясы жоқ.
operation-ambiguous = Құжатта бірнеше операция бар: біреуін атаңыз.
operation-kind = Жазылым үшін ағын керек.
introspection-closed = Схема мұнда айтылмайды.
documents-only = Мұнда тек белгілі құжаттарға жауап беріледі: «documentId» жіберіңіз.
document-digest = «sha256Hash» — «query» мәнінің дайджесті емес.
# Айнымалылар
variable-missing = «${ $path }» айнымалысы қажет: { $type }.
variable-null = «${ $path }» айнымалысы null бола алмайды: { $type }.
variable-type = «${ $path }» айнымалысының мәні қате: { $type } күтіледі.
variable-unknown = «${ $path }» — { $type } түрінің өрісі емес.
variable-one-of = «${ $path }» ішінде { $type } түрінің дәл бір өрісі болуы керек.
variable-list = «${ $path }» тізімінде { $type } элементтен артық болмауы керек.
variable-nul = «${ $path }» айнымалысында U+0000 таңбасы бар, { $type } мәнінде оған жол берілмейді.
variable-reserved = «${ $path }» аты граф үшін сақталған: айнымалыға басқа ат беріңіз.
# Қолжетімділік
access-forbidden = «{ $field }» өрісі сізге қолжетімсіз.
access-unauthenticated = «{ $field }» өрісін көру үшін жүйеге кіріңіз.
# node, nodes
node-ids = Бір жолы ең көбі { $max } идентификатор сұратуға болады.
