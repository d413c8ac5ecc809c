query-too-long = Іздеу мәтіні тым ұзын: ең көбі { $max } таңба.

term-exactly-minutes = { $amount } минут
term-exactly-working-days = { $amount } жұмыс күні
term-exactly-days = { $amount } күн
term-up-to-minutes = { $amount } минутқа дейін
term-up-to-working-days = { $amount } жұмыс күніне дейін
term-up-to-days = { $amount } күнге дейін
term-as-a-rule-minutes = жалпы ереже бойынша { $amount } минут
term-as-a-rule-working-days = жалпы ереже бойынша { $amount } жұмыс күні
term-as-a-rule-days = жалпы ереже бойынша { $amount } күн
term-several-minutes = бірнеше минут
term-several-working-days = бірнеше жұмыс күні
term-several-days = бірнеше күн
term-at-once = бірден
term-after-registration = тіркелген соң бірден
term-same-day = сол күні
term-by-booking = жазылған уақытта
term-by-competition = конкурс қорытындысы бойынша
term-by-visit = барған кезде
term-depends = өтінімге байланысты

fee-free = Тегін
fee-duty = Айлық есептік көрсеткішпен (АЕК) белгіленетін мемлекеттік баж; мөлшері тексерілмеген
fee-duty-factor = Мемлекеттік баж: { $factor } АЕК
fee-contract = Қызмет берушімен шарт бойынша
fee-unverified = Тексерілмеген: қызмет берушіден нақтылаңыз
