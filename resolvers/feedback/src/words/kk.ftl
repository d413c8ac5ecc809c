not-known = әзірге белгісіз
refusal-key-not-uuid = Әрекеттің кілті UUID болуы керек.
refusal-key-reused = Бұл кілт басқа әрекетке қолданылған. Жаңа әрекет үшін жаңа кілт жасаңыз.
refusal-text-empty = Өтініштің не туралы екенін жазыңыз.
refusal-text-long = { $max ->
    [one] Мәтін тым ұзын: ең көбі { $max } таңба.
   *[other] Мәтін тым ұзын: ең көбі { $max } таңба.
}
refusal-category-unknown = Мұндай санат жоқ.
refusal-district-unknown = Облыста мұндай қала немесе аудан жоқ.
refusal-service-unknown = Мұндай қызмет жоқ.
refusal-party-unknown = Мұндай орган жоқ.
refusal-point-outside = Бұл жер Түркістан облысынан тыс.
refusal-email = Бұл электрондық пошта мекенжайы емес.
refusal-phone = Бұл телефон нөмірі емес. Кодымен жазыңыз, мысалы +7 701 123 45 67.
refusal-iin = Бұл ЖСН емес: 12 цифр, соңғысы қалғандарын тексереді.
refusal-appeal-name = Ресми жолданымға автордың аты қажет (ӘРПК 63-бап). Тапсырысты атыңызсыз беруге болады.
refusal-appeal-iin = Ресми жолданымға автордың ЖСН-і қажет (ӘРПК 63-бап). Тапсырысты онсыз беруге болады.
refusal-not-found = Мұнда ондай нәрсе жоқ.
refusal-stale = Осы арада істі біреу өзгертті. Қайта қарап, содан кейін шешіңіз.
refusal-not-your-case = Мұны тек істі жүргізетін адам жасай алады.
refusal-officer-elsewhere = Бұл қызметкер басқа органда жұмыс істейді.
refusal-forward-to-itself = Іс осы органның өзінде.
event-text-released = Өтініштің мәтіні жеке деректерсіз жарияланды.
event-content-erased = Жазылған мәтін өшірілді. Өтініштің берілгенінің дәлелі сақталды.
mail-coupon-subject = { $reference }: өтінішіңіз тіркелді
mail-coupon-text = Өтінішіңіз тіркелді.

    Нөмірі: { $reference }
    Тіркелген күні: { $registered }
    Жауап мерзімі: { $due }
    Тақырыбы: { $category }
    Кілті: { $key }

    Нөмір мен кілт арқылы өтінішіңіз кімде, неге және қай күнге дейін екенін көресіз, жауапқа дау айта аласыз. Кілтті ешкімге көрсетпеңіз.
mail-reporter-subject = { $reference }: өтінішіңіз туралы жаңалық
mail-reporter-text = { $event }

    Нөмірі: { $reference }
    Жауап мерзімі: { $due }
mail-answer-text = { $event }

    { $answer }

    Нөмірі: { $reference }
    Мәселе шешілмесе, 30 күн ішінде талонның нөмірі мен кілті арқылы айтыңыз: іс қайта ашылады. Жоғары тұрған органға шағымдануға да құқығыңыз бар (ӘРПК 91-бап).
mail-rating-subject = { $reference }: жауапты бағалаңыз
mail-rating-text = { $reference } өтінішіңізге жауап берілді. Оны e-Halyk-та талонның нөмірі мен кілті арқылы бағалаңыз. Орган бағаны көреді, бірақ кім қойғанын көрмейді.
mail-officer-subject = { $reference }: { $category }
mail-officer-text = { $event }

    Нөмірі: { $reference }
    Тақырыбы: { $category }
    Орны: { $district }
    Жауап мерзімі: { $due }
mail-supervisor-text = Сіз бақылайтын органның ісіне назар аудару қажет. { $event }

    Нөмірі: { $reference }
    Тақырыбы: { $category }
    Орны: { $district }
    Жауап мерзімі: { $due }
