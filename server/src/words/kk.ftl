edge-method = POST әдісін немесе оқу сұрауы үшін GET әдісін қолданыңыз.
edge-get-query = GET арқылы тек оқу сұраулары қабылданады; бұл операцияны POST арқылы жіберіңіз.
edge-content-type = Сұрауды application/json түрінде жіберіңіз.
edge-content-encoding = Сұрауды сығымдамай жіберіңіз.
edge-multipart = Файлдар GraphQL арқылы жіберілмейді: сұрауды application/json түрінде жіберіңіз.
edge-accept = Жауап application/json, application/graphql-response+json немесе text/event-stream пішімінде бола алады.
edge-cross-site = Басқа сайттан келген сұрауда бет өздігінен жібере алмайтын мазмұн түрі немесе тақырып болуы керек.
edge-cross-site-socket = Бұл сайттың бетіне мұнда WebSocket ашуға болмайды.
edge-upgrade = Мұндай WebSocket қол алысуына жауап беру мүмкін емес.
edge-body-large = Сұрау { $max } байттан үлкен.
edge-body-slow = Сұрау уақытында келіп жетпеді.
edge-body-lost = Сұрау үзіліп қалды.
edge-body-json = Сұрау дұрыс JSON емес.
edge-body-object = Сұрау JSON нысаны болуы керек.
edge-parameter = «{ $name }» мәні { $type } болуы керек.
edge-query-missing = Сұрауда «query» жоқ.
edge-query-string = Мекенжайдың параметрлер жолын оқу мүмкін емес.
edge-stream = Жазылым text/event-stream ағынымен жауап береді: оны Accept ішінде көрсетіңіз немесе WebSocket қолданыңыз.
edge-busy = Ашық жазылымдар тым көп; сәл кейінірек қайталап көріңіз.
edge-load = Бір мезгілде сұрау тым көп; сәл кейінірек қайталап көріңіз.
edge-unread = Оқиғалар уақытында оқылмады. Соңғы алынған курсордан кейін қайта жазылыңыз.
edge-starting = Қала әлі ашылып жатыр; сәлден соң қайталап көріңіз.
unsubscribe-title = Хабарламалардан бас тарту
unsubscribe-question = Мұндай хабарламалар енді келмеуін қалайсыз ба? Заң бойынша міндетті хабарламалар бәрібір келеді.
unsubscribe-button = Бас тарту
unsubscribe-done = Дайын: мұндай хабарламалар енді келмейді. Заң бойынша міндетті хабарламалар бәрібір келеді.
unsubscribe-unknown = Бұл мекенжай ешқандай хатта жоқ. Оны хаттан толық көшіріңіз.
unsubscribe-later = Қазір орындау мүмкін болмады. Біраздан кейін қайталап көріңіз.
type-text = мәтін
type-object = нысан
# Сенімді құжаттардың иелеріне хаттар
mail-deprecated-subject = { $coordinate } элементі ескірді
mail-deprecated-text =
    Сәлеметсіз бе, { $owner }.

    Smart Turkistan графының { $coordinate } элементі ескірген деп жарияланды, кейін жойылады.
    Себебі және орнына нені қолдану керек: { $reason }

    Оны сіздің мына сенімді құжаттарыңыз қолданады:
    { $documents }
