not-known = әзірге белгісіз
advice-call-first = Өмірге қауіп төнсе, қазір 112 нөміріне қоңырау шалыңыз. Өтінішті содан кейін де бере аласыз.
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
refusal-question-not-asked = Бұл тақырыпта мұндай сұрақ жоқ, немесе оған екі рет жауап берілген.
refusal-answer-choice = Ұсынылғандардың ішінен таңдаңыз.
refusal-answer-one = Бір жауап беріңіз.
refusal-answer-number = Сан жазыңыз.
refusal-answer-date = Күнді былай жазыңыз: 2026-11-24.
answer-yes = иә
answer-no = жоқ
refusal-not-found = Мұнда ондай нәрсе жоқ.
refusal-stale = Осы арада істі біреу өзгертті. Қайта қарап, содан кейін шешіңіз.
refusal-not-your-case = Мұны тек істі жүргізетін адам жасай алады.
refusal-officer-elsewhere = Бұл қызметкер басқа органда жұмыс істейді.
refusal-held = Бұл іс басқа қызметкерде. Кімде екені істе жазылған.
refusal-not-held = Бұл іс сізде емес.
refusal-merge-unfit = Тек сол органның ашық ісіне біріктіруге болады, біріктірілген іске емес.
refusal-terminate-merged = Бұл істің жауабын басқа істер күтіп тұр. Алдымен оларды бөліңіз, содан кейін қарауды тоқтатыңыз.
refusal-forward-to-itself = Іс осы органның өзінде.
refusal-erase-open = Жұмыс біткен соң ғана өшіруге болады: өтінішті қайтарып алыңыз немесе жауапқа дау айту мерзімінің аяқталуын күтіңіз.
queue-mine = Менде
queue-unassigned = Ешкім алмаған
queue-contested = Шешілмеді деп қайтарылған
queue-due-soon = Мерзімі үш күнде бітетін
queue-overdue = Мерзімі өткен
queue-waiting = Өтініш берушінің жауабын күтуде
refusal-queue-days = Күн саны 0 мен { $max } аралығында болуы керек.
refusal-queue-shared = Кезекті бүкіл мекемеге тек жетекші ашады.
refusal-queues-many = { $max ->
    [one] Кезек тым көп: ең көбі { $max }. Керек емесін жойыңыз.
   *[other] Кезек тым көп: ең көбі { $max }. Керек емесін жойыңыз.
}
masked-iin = ЖСН
masked-number = нөмір
masked-phone = телефон
masked-mail = пошта
masked-name = аты-жөні
masked-address = мекенжай
refusal-text-personal = Мәтінде телефон, пошта немесе басқа жеке нөмір қалды. Алып тастап, қайта жариялаңыз.
refusal-attachments-many = { $max ->
    [one] Файл тым көп: ең көбі { $max }.
   *[other] Файл тым көп: ең көбі { $max }.
}
refusal-attachment-foreign = Бұл файл сізге ашық емес: ол бұрын тіркелген, 24 сағаты өтіп кеткен немесе оны басқа біреу жіберген. Қайта жіберіңіз.
refusal-uploads-full = Қазір өтінішін күткен файл тым көп. Кейінірек қайталаңыз немесе өтінішті файлсыз беріңіз.
refusal-upload-going = Дәл осындай файл қазір жойылып жатыр. Бір минуттан кейін қайта жіберіңіз.
refusal-release-document = Жұртшылыққа құжат емес, тек фотосурет көрсетіледі.
refusal-evidence-missing = Бұл тақырыпта «қанағаттандырылды» деген нәтижеге істелген жұмыстың фотосуреті керек.
refusal-join-appeal = Бұл – бір адамның ресми өтініші. Өз өтінішіңізді беріңіз.
refusal-join-own = Бұл – өз өтінішіңіз.
refusal-template-place = Мәтінде мұндай орын жоқ: { $place }.
refusal-template-party = Үлгіні мекеменің қызметкері ғана сақтайды.
refusal-templates-many = { $max ->
    [one] Үлгі тым көп: ең көбі { $max }. Керек емесін жойыңыз.
   *[other] Үлгі тым көп: ең көбі { $max }. Керек емесін жойыңыз.
}
refusal-calendar-party = Мерзімдер күнтізбесі ұйымда істерді қарайтындарға ғана арналған.
refusal-calendars-many = { $max ->
    [one] Мекенжай тым көп: { $max } мекенжайдан аспайды. Керек емесін жабыңыз.
   *[other] Мекенжай тым көп: { $max } мекенжайдан аспайды. Керек емесін жабыңыз.
}
refusal-rules-mistake = { $file }, { $line }-жол: { $reason }
refusal-rules-other = Тексерілгені бұл емес: файлдар басқа немесе содан бері басқа ережелер күшіне енді. Қайта тексеріңіз.
refusal-rules-not-tried = Бұл ережелер барлық тіркелген өтініштерде әлі тексерілген жоқ. Нәтижені күтіп, содан кейін жариялаңыз.
refusal-rules-misfits = Көшу картасы қаралып жатқан өтініштердің бәріне сай келмейді. Тексеру атаған өтініштерді қарап, картаны түзетіңіз.
refusal-rules-second-person = Сіз мұны жариялап қойдыңыз. Заң мерзімдері бар ережелерге тағы бір адам керек.
refusal-rules-published = Бұл ережелер күшінде.
refusal-nothing-learnt = Басқа үйретілген нұсқа жоқ: ұсыныстарды бағдарламаның өз үлгісі жасайды.
refusal-code = Код дұрыс емес немесе мерзімі өткен. Жаңасын сұраңыз.
refusal-nothing-to-confirm = Мұнда растауды күтіп тұрған мекенжай жоқ.
refusal-codes-many = { $max ->
    [one] Код тым көп сұралды: ең көбі { $max }. Өтінішті нөмірі мен кілті арқылы қараңыз.
   *[other] Код тым көп сұралды: ең көбі { $max }. Өтінішті нөмірі мен кілті арқылы қараңыз.
}
refusal-codes-soon = { $minutes ->
    [one] Код жаңа ғана жіберілді. { $minutes } минут күтіңіз.
   *[other] Код жаңа ғана жіберілді. { $minutes } минут күтіңіз.
}
event-contact-confirmed = Өтініш беруші поштасын растады.
identity-signed = Автор электрондық қолтаңбамен қол қойған
identity-signed-fake = СЫНАҚ ҚОЛТАҢБА: заңды күші жоқ, көрсету үшін жасалған
identity-account = Автор өз жүйелік жазбасымен кірген
identity-declared = Автор өзін өзі атаған, тексерілмеген
identity-unknown = Автор аты көрсетілмеген
refusal-signature-invalid = Бұл – осы мәтінге қойылған жарамды қолтаңба емес. Мәтінге қайта қол қойыңыз.
refusal-signature-other = Қолтаңба көрсетілген ЖСН иесінікі емес.
refusal-signature-unavailable = Мұнда қолтаңба тексерілмейді. Өтінішті қолтаңбасыз беріңіз.
event-mail-returned = Өтініш берушіге жіберілген хат қайтып келді: онымен басқа жолмен хабарласу керек.
event-external-number = Республикалық тізілімдегі нөмірі жазылды.
refusal-external-number = Бұл тізілім нөміріне ұқсамайды: 4–40 әріп, цифр, сызықша, нүкте немесе қиғаш сызық, ішінде цифр болуы керек.
refusal-external-taken = Бұл нөмір басқа жолданымға жазылған.
refusal-external-request = Тізілім нөмірі тек ресми жолданымда болады.
event-text-released = Өтініштің мәтіні жеке деректерсіз жарияланды.
event-photo-released = Өтініштегі фотосурет жарияланды.
event-content-erased = Жазылған мәтін өшірілді. Өтініштің берілгенінің дәлелі сақталды.
mail-coupon-subject = { $reference }: өтінішіңіз тіркелді
mail-coupon-text = Өтінішіңіз тіркелді.

    Нөмірі: { $reference }
    Тіркелген күні: { $registered }
    Жауап мерзімі: { $due }
    Тақырыбы: { $category }
    Кілті: { $key }

    Нөмір мен кілт арқылы өтінішіңіз кімде, неге және қай күнге дейін екенін көресіз, жауапқа дау айта аласыз. Кілтті ешкімге көрсетпеңіз.
mail-confirm-subject = { $reference }: поштаңызды растаңыз
mail-confirm-text = Өтініш тіркелді, онда осы пошта көрсетілген.

    Нөмірі: { $reference }
    Тіркелген күні: { $registered }
    Жауап мерзімі: { $due }
    Код: { $code }

    { $hours ->
        [one] Нөмір мен кодты { $hours } сағат ішінде енгізіңіз: содан кейін талон кілтімен бірге және өтініш туралы жаңалықтар осында келеді.
       *[other] Нөмір мен кодты { $hours } сағат ішінде енгізіңіз: содан кейін талон кілтімен бірге және өтініш туралы жаңалықтар осында келеді.
    }

    Өтінішті сіз бермесеңіз, ештеңе істемеңіз: бұдан әрі ештеңе келмейді.
mail-reporter-subject = { $reference }: өтінішіңіз туралы жаңалық
mail-reporter-text = { $event }

    Нөмірі: { $reference }
    Жауап мерзімі: { $due }
mail-answer-text = { $event }

    { $answer }

    Нөмірі: { $reference }
    Мәселе шешілмесе, 30 күн ішінде талонның нөмірі мен кілті арқылы айтыңыз: іс қайта ашылады. Жоғары тұрған органға шағымдануға да құқығыңыз бар (ӘРПК 91-бап).
mail-question-text = { $event }

    { $question }

    Нөмірі: { $reference }
    Талонның нөмірі мен кілті арқылы жауап беріңіз. Жауап мерзімі: { $due }
mail-extension-text = { $event }

    Шешімнің нөмірі: { $decision }
    Себебі: { $reason }

    Нөмірі: { $reference }
    Жауап мерзімі: { $due }
mail-joined-subject = { $reference }: сіз қосылған өтініш туралы жаңалық
mail-joined-text = { $event }

    Нөмірі: { $reference }
    Тақырыбы: { $category }
    Орны: { $district }
    Жауап мерзімі: { $due }
mail-rating-subject = { $reference }: жауапты бағалаңыз
mail-rating-text = { $reference } өтінішіңізге жауап берілді. Оны e-Halyk-та талонның нөмірі мен кілті арқылы бағалаңыз. Орган бағаны көреді, бірақ кім қойғанын көрмейді.
mail-officer-subject = { $reference }: { $category }
mail-officer-text = { $event }

    Нөмірі: { $reference }
    Тақырыбы: { $category }
    Орны: { $district }
    Жауап мерзімі: { $due }
mail-akim-text = Мекеме жауап мерзімін бұзды. { $event }

    Нөмірі: { $reference }
    Тақырыбы: { $category }
    Орны: { $district }
    Жауап мерзімі: { $due }
mail-supervisor-text = Сіз бақылайтын органның ісіне назар аудару қажет. { $event }

    Нөмірі: { $reference }
    Тақырыбы: { $category }
    Орны: { $district }
    Жауап мерзімі: { $due }
refusal-bulk-cases = Кемінде бір істі, әрқайсысын бір рет қана таңдаңыз.
refusal-bulk-many = { $max ->
    [one] Бірден тым көп іс: ең көбі { $max }.
   *[other] Бірден тым көп іс: ең көбі { $max }.
}
refusal-bulk-missing = Бұл әрекет үшін осыны көрсету керек.
refusal-bulk-begun = Енді болдырмауға болмайды: әрекет орындалып жатыр.
refusal-case-not-worked = Бұл іспен ешкім айналысып жатқан жоқ: ол әлі жолданбаған немесе аяқталған.
refusal-reason-missing = Мұндай нәтижеге себеп керек. Біреуін таңдаңыз.
refusal-reason-unfit = Бұл себеп мұндай нәтижеге сай келмейді.
refusal-subtask-days = Жұмыс бөлігінің мерзімі 1 мен { $max } жұмыс күні аралығында болады.
refusal-subtask-late = Бөліктің мерзімі істің өз мерзімінен кеш болар еді.
refusal-subtask-own = Іс онсыз да осы органда. Бұл бөлікті өзіңіз орындаңыз.
refusal-subtask-over = Бұл бөлік аяқталып қойған.
refusal-subtasks-many = { $max ->
    [one] Бөліктер тым көп: ең көбі { $max }.
   *[other] Бөліктер тым көп: ең көбі { $max }.
}
refusal-subtasks-open = { $count ->
    [one] Жұмыстың { $count } бөлігі әлі аяқталған жоқ. Күтіңіз немесе қайтарып алыңыз, содан кейін жауап беріңіз.
   *[other] Жұмыстың { $count } бөлігі әлі аяқталған жоқ. Күтіңіз немесе қайтарып алыңыз, содан кейін жауап беріңіз.
}
refusal-parts-many = { $max ->
    [one] Бір істің бөліктері тым көп: ең көбі { $max }.
   *[other] Бір істің бөліктері тым көп: ең көбі { $max }.
}
refusal-incident-case = Басқа апатқа жатпайтын ашық істі ғана қосуға болады.
refusal-incident-none = Іс ешқандай апатқа жатпайды.
refusal-incident-terminate = Апат бұлай аяқталмайды: тоқтату негізі бір өтініш берушіге ғана қатысты.
refusal-incident-party = Апатты тек орган қызметкерлері ашады.
refusal-incident-over = Апат аяқталған.
refusal-incident-many = { $max ->
    [one] Бір апаттағы өтініштер тым көп: ең көбі { $max }.
   *[other] Бір апаттағы өтініштер тым көп: ең көбі { $max }.
}
event-subtask-given = Жұмыстың бір бөлігі тапсырылды: { $party }, мерзімі — { $until }.
event-subtask-done = Жұмыстың бір бөлігі орындалды.
event-subtask-declined = Орган өзіне тапсырылған бөліктен бас тартты.
event-subtask-cancelled = Жұмыстың бір бөлігі қайтарып алынды.
event-subtask-overdue = Жұмыс бөлігінің мерзімі өтіп кетті.
event-part-forwarded = Өтініштің бір бөлігі жолданды: { $party }; оған жауап сол жақтан келеді.
event-incident-joined = Өтініш басқалар да хабарлаған апатқа жатады.
event-incident-left = Өтініш енді апатқа жатпайды.
event-incident-news = Апат туралы жаңалық бар.
event-incident-expected = Апат туралы жаңалық бар. Ол { $until } дейін аяқталуға тиіс.
mail-subtask-given-subject = { $reference }: сізге жұмыстың бір бөлігі тапсырылды
mail-subtask-cancelled-subject = { $reference }: жұмыстың бір бөлігі қайтарып алынды
mail-subtask-overdue-subject = { $reference }: жұмыс бөлігінің мерзімі өтіп кетті
mail-subtask-given-text = Басқа органның ісі бойынша сізге жұмыстың бір бөлігі тапсырылды.

    { $task }

    Нөмірі: { $reference }
    Тақырыбы: { $category }
    Орны: { $district }
    Мерзімі: { $until }
mail-subtask-cancelled-text = Сізге тапсырылған жұмыс бөлігі қайтарып алынды.

    { $task }

    Нөмірі: { $reference }
mail-subtask-overdue-text = Сізге тапсырылған жұмыс бөлігінің мерзімі өтіп кетті.

    { $task }

    Нөмірі: { $reference }
    Мерзімі: { $until }
mail-part-text = { $event }

    Бөліктің нөмірі — { $part }; оған да сіздің кілтіңіз жарайды.

    Нөмірі: { $reference }
    Жауап мерзімі: { $due }
mail-incident-text = { $event }

    { $incident }
    { $news }

    Нөмірі: { $reference }
    Жауап мерзімі: { $due }
demo-question = Қай кіреберіс?
demo-reason = Материалдар басқа қаладан жеткізіледі.
demo-part = Жөндеу үшін жол жабынын ашыңыз.
demo-incident = Магистраль жарылды
demo-incident-text = Бригада жұмыс істеп жатыр. Хабарлаған әр адамға жауап беріледі.
demo-template-done = Орындалды
demo-template-done-text = { "{" }reference{ "}" } өтінішіңіз бойынша ({ "{" }category{ "}" }): жұмыс орындалды.
demo-template-planned = Жоспарда
demo-template-planned-text = { "{" }reference{ "}" } өтінішіңіз бойынша ({ "{" }category{ "}" }): жұмыс жоспарға енгізілді, жауапты { "{" }due{ "}" } дейін аласыз.
