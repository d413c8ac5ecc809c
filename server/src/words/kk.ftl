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
file-empty = Файл бос.
file-large = Файл тым үлкен: ең көбі { $max } МБ.
file-kind = Тек фотосурет (JPEG, PNG, WebP) пен PDF құжаты қабылданады.
file-heic = Бұл — HEIC фотосуреті, оны бәрі бірдей аша алмайды. JPEG түрінде жіберіңіз: камера пішімі «Ең үйлесімді» болса, iPhone солай түсіреді.
file-broken = Файл бүлінген немесе жолда үзілген. Қайта жіберіңіз.
file-pixels = Фотосуреттің пикселі тым көп: ең көбі { $max } млн. Кішірейтіп жіберіңіз.
file-form = Файлдың өзін немесе ішінде жалғыз файлы бар нысанды жіберіңіз.
file-day = Бүгін сізден тым көп файл келді. Қалғанын ертең жіберіңіз.
file-at-once = { $max ->
    [one] Файлдарды кезекпен жіберіңіз: бір мезгілде ең көбі { $max }.
   *[other] Файлдарды кезекпен жіберіңіз: бір мезгілде ең көбі { $max }.
}
file-cross-site = Бұл сайттың беті мұнда файл жібере алмайды.
file-gone = Мұнда енді файл жоқ. Өтінішті қайта ашып, файлды содан ашыңыз.
bounce-unmarked = Бұл белгісі бар мекенжайға қайтып келген хат туралы есеп емес.
bounce-unknown = Біздің бірде-бір хатымыздың қайтару жолында мұндай белгі жоқ.
unsubscribe-title = Хабарламалардан бас тарту
unsubscribe-question = Мұндай хабарламалар енді келмеуін қалайсыз ба? Заң бойынша міндетті хабарламалар бәрібір келеді.
unsubscribe-button = Бас тарту
unsubscribe-done = Дайын: мұндай хабарламалар енді келмейді. Заң бойынша міндетті хабарламалар бәрібір келеді.
unsubscribe-unknown = Бұл мекенжай ешқандай хатта жоқ. Оны хаттан толық көшіріңіз.
unsubscribe-later = Қазір орындау мүмкін болмады. Біраздан кейін қайталап көріңіз.
# Other faces
face-host = Сұрауда Host тақырыбы жоқ.
# Таспалар
feed-title = Smart Turkistan: өтініштер
feed-description = Түркістан облысы тұрғындарының өтініштері: олармен не болып жатыр.
feed-subject-unknown = Тақырыбы әлі белгісіз
feed-responsible = Жауапты: { $party }
feed-due = Жауап мерзімі: { $day }
feed-unknown = Мұндай таспа жоқ: /feeds/feedback.atom немесе /feeds/feedback.rss.
feed-status = status: мұндай күй жоқ.
# Мерзімдер күнтізбесі
calendar-title = Smart Turkistan: жауап мерзімдері
calendar-due = Жауап мерзімі: { $reference }
calendar-unknown = Мұндай күнтізбе жоқ: мекенжайы жабылған не толық көшірілмеген.
# Open311
open311-address = Мұндай мекенжай жоқ: /open311/v2/services, requests немесе tokens, соңы .xml не .json.
open311-read-only = Бұл мекенжай тек оқылады; өтініш /open311/v2/requests мекенжайына жіберіледі.
open311-key-missing = api_key: кілтті көрсетіңіз. Оны әкімдік береді.
open311-key-unknown = api_key: мұндай кілт белгісіз.
open311-jurisdiction = jurisdiction_id: мұнда мұндай қала жоқ.
open311-service-missing = service_code: не туралы екенін көрсетіңіз.
open311-service-unknown = service_code: мұндай қызмет түрі жоқ.
open311-request-unknown = service_request_id: мұндай өтініш жоқ.
open311-token-unknown = token: мұндай белгі берілмеген.
open311-place = lat, long немесе address_string: қай жерде екенін көрсетіңіз.
open311-address-id = address_id: қалада мұндай тізілім жоқ; lat мен long немесе address_string көрсетіңіз.
open311-coordinates = lat, long: екеуі де керек, градуспен, мысалы 43.3005 және 68.2505.
open311-media = media_url: файлдар әзірге қабылданбайды.
open311-date = { $name }: күн мен уақытты белдеуімен жазыңыз, мысалы 2026-11-24T09:00:00+05:00.
open311-span = { $max ->
    [one] start_date, end_date: арасы { $max } күннен аспайды, start_date бірінші келеді.
   *[other] start_date, end_date: арасы { $max } күннен аспайды, start_date бірінші келеді.
}
open311-status = status: open немесе closed.
open311-many = { $max ->
    [one] service_request_id: бір жолы { $max } нөмірден көп болмайды.
   *[other] service_request_id: бір жолы { $max } нөмірден көп болмайды.
}
open311-form = Өтінішті application/x-www-form-urlencoded пішінінде, сығымдамай жіберіңіз.
open311-idempotency = { $max ->
    [one] Idempotency-Key: 1-ден { $max } таңбаға дейін, латын әріптері, цифрлар мен белгілер.
   *[other] Idempotency-Key: 1-ден { $max } таңбаға дейін, латын әріптері, цифрлар мен белгілер.
}
open311-notice = Өтініш { $reference } нөмірімен тіркелді. Талон кілті: { $key }. Нөмірі мен кілті бар адам – өтініш иесі: екеуін де сақтаңыз.
open311-yes = иә
open311-no = жоқ
open311-day = Күн, мысалы 2026-11-24.
open311-contact = Сұрақтарыңыз болса, әкімдікке немесе 109 байланыс орталығына хабарласыңыз.
open311-keys = Бағдарламаңызға кілт алу үшін әкімдікке немесе 109 байланыс орталығына хабарласыңыз.
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
telegram-linked = Дайын: енді өтініштеріңіз туралы хабарлар осы чатқа да келеді. Тоқтату үшін /stop деп жазыңыз.
telegram-unknown = Бұл сілтеме жарамсыз: мерзімі өткен немесе бұрын қолданылған. Жеке кабинетіңізден жаңасын алыңыз.
telegram-stopped = Дайын: бұл чатқа хабарлар енді келмейді. Заң бойынша міндетті хабарламалар поштаңызға келе береді.
telegram-hint = Бұл бот Smart Turkistan хабарларын жеткізеді. Жеке кабинетіңіздегі сілтеме арқылы қосылыңыз. Тоқтату үшін /stop деп жазыңыз.
