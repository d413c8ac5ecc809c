fault-unauthenticated = Қайта кіріңіз: токен жоқ немесе оның мерзімі өтті.
fault-forbidden = Сізге мұны істеуге немесе көруге болмайды.
fault-not-found = Мұнда ондай нәрсе жоқ.
fault-bad-user-input = Сұраудағы мән жарамсыз.
fault-graphql-parse-failed = Сұрау GraphQL ретінде оқылмайды.
fault-graphql-validation-failed = Сұрау схемаға сай емес.
fault-persisted-document-not-found = Аталған құжат белгісіз.
# Apollo хаттамасының клиенттері дәл осы әріптерді салыстырады.
fault-persisted-query-not-found = PersistedQueryNotFound
fault-cost-estimated-too-expensive = Сұрау бірден тым көп дерек сұрайды.
fault-batching-not-allowed = Әр сұрауда бір ғана операция жіберіңіз.
fault-rate-limited = Сұрау тым көп, сәл кейінірек қайталаңыз.
fault-timeout = Жауап тым ұзаққа созылды, қайталап көріңіз.
fault-subgraph-unavailable = Қала деректерінің бұл бөлігі қазір жауап бермейді.
fault-internal = Біздің тарапта қате болды. Ол жазып алынды.
page-first = Бір жолы 1 мен { $max } аралығында элемент сұраңыз.
page-cursor = Бұл курсор осы жерде берілмеген.
period-quarter = { $year } жылғы { $number }-тоқсан
