extension LanguageTexts {
  static let eastern: [LanguageText] = [
    LanguageText(
      "fi",
      words: """
        ja on ei se että hän oli joka mutta ovat kun niin myös kuin mukaan voi hänen jos sen sekä nyt vain mitä tai minä olen ole \
        ollut olisi siitä tämä ne vielä jo kanssa vuoden kaikki siellä enemmän ennen jälkeen ettei sitten sillä koska aika hyvin \
        näin tässä mikä mitään heidän me te he sinä minun sinun meidän teidän kuitenkin paljon uusi aina koskaan täällä missä \
        miksi miten ihan olla tulee pitää saa tehdä ennen ilman kautta vuotta kaksi hyvä kiitos tänään
        """,
      prose: """
        Kun tulin kotiin, lapset nukkuivat jo ja keittiössä tuoksui tuore leipä. Meidän olisi pitänyt lähteä aikaisemmin, mutta \
        kukaan ei uskonut, että teillä olisi niin paljon liikennettä. Kauppa avataan yhdeksältä ja suljetaan, kun omistaja väsyy. \
        Paljon kiitoksia kirjeestänne; vastaan kaikkiin kysymyksiin ensi viikolla. Taas sataa, joten ottelu luultavasti \
        perutaan. Hän sanoi hänelle, ettei koneessa ollut mitään vikaa ja että hänen tarvitsi vain lukea, mitä siihen oli \
        kirjoitettu. Useimmat ostamamme tavarat olivat halpoja, vaikka jotkut niistä hajosivat muutamassa päivässä. Voisitteko \
        kertoa, missä lähin asema on? Hallitus on ilmoittanut uudesta asuntolaista, ja kaikki puhuvat siitä. Pidän tuotteesta \
        todella paljon: hyvä laatu, nopea toimitus ja ystävällinen palvelu. Mitä teet tänä iltana? Hän halusi oppia soittamaan \
        kitaraa, joten hän pyysi apua vanhemmalta veljeltään.
        """),
    LanguageText(
      "pl",
      words: """
        i w na z do nie się że to jest o jak od za po przez co dla ale tak już są tylko jego był było by być czy która który które \
        ma może przy lub także jej ich jednak oraz przed bardzo ten ta te tego tym tej tych można jeszcze kiedy gdzie pod bez \
        rok lat dwa ja ty on ona my wy oni mi mu mnie ciebie mam masz nic więc gdy też aby jeśli dlaczego zawsze nigdy dobrze \
        dziękuję dzisiaj wszystko wszyscy jako sobie został była były będzie trzeba teraz tutaj ponieważ swoje
        """,
      prose: """
        Kiedy wróciłem do domu, dzieci już spały, a w kuchni pachniało świeżym chlebem. Powinniśmy byli wyjechać wcześniej, ale \
        nikt nie myślał, że na drogach będzie taki ruch. Sklep otwiera się o dziewiątej, a zamyka, gdy właściciel jest zmęczony. \
        Dziękuję bardzo za list; w przyszłym tygodniu odpowiem na wszystkie pytania. Znowu pada deszcz, więc mecz zostanie \
        prawdopodobnie odwołany. Powiedziała mu, że maszynie nic nie jest i że wystarczy przeczytać, co jest na niej napisane. \
        Większość rzeczy, które kupiliśmy, była tania, chociaż niektóre zepsuły się po kilku dniach. Czy może mi pan \
        powiedzieć, gdzie jest najbliższy dworzec? Rząd zapowiedział nową ustawę o mieszkaniach i wszyscy o niej mówią. Produkt \
        bardzo mi się podoba: dobra jakość, szybka dostawa i miła obsługa. Co robisz dziś wieczorem? Chciał nauczyć się grać na \
        gitarze, dlatego poprosił starszego brata o pomoc.
        """),
    LanguageText(
      "cs",
      words: """
        a v se na je že s z o do to i ve by pro jako za po ale si jsou k od které který která bylo byl jeho podle tak už jak \
        nebo let až ze při své jen také však bude ještě pouze než byla před aby co má mezi tím jsem jsme není když může pak jej \
        není této roku dva já ty on ona my vy oni mi mu mě tě nic proto kde proč vždy nikdy dobře děkuji dnes všechno všichni \
        něco někdo protože teď tady velmi jeden ten ta ty toho tom této těch nám vám jim bez pod nad
        """,
      prose: """
        Když jsem přišel domů, děti už spaly a v kuchyni vonělo čerstvé pečivo. Měli jsme vyjet dříve, ale nikoho nenapadlo, že \
        bude na silnicích takový provoz. Obchod se otevírá v devět a zavírá, když je majitel unavený. Děkuji vám za dopis; \
        příští týden odpovím na všechny otázky. Zase prší, takže zápas bude pravděpodobně zrušen. Řekla mu, že stroji nic není a \
        že si jen musí přečíst, co je na něm napsáno. Většina věcí, které jsme koupili, byla levná, i když se některé po pár \
        dnech rozbily. Můžete mi říct, kde je nejbližší nádraží? Vláda oznámila nový zákon o bydlení a všichni o něm mluví. \
        Výrobek se mi opravdu líbí: dobrá kvalita, rychlé dodání a milá obsluha. Co děláš dnes večer? Chtěl se naučit hrát na \
        kytaru, a proto požádal staršího bratra o pomoc. Je důležité znát pravidla dříve, než člověk začne.
        """),
    LanguageText(
      "hu",
      words: """
        a az és hogy nem is egy ez azt csak de meg van volt már ki be még el sem mint kell lesz én te ő mi ti ők vagy ha akkor \
        olyan után ezt arra nagyon így úgy minden más amely ami aki ahol mert lehet most itt ott azonban illetve során között \
        szerint által két év évek ezek azok nincs vannak voltak lenne kellene tudom tud jó jól sok majd mindig soha miért hogyan \
        köszönöm ma valami senki semmi neki nekem őt engem téged mindenki egyik másik saját előtt alatt felé
        """,
      prose: """
        Amikor hazaértem, a gyerekek már aludtak, és a konyhában friss kenyér illata terjengett. Korábban kellett volna \
        elindulnunk, de senki sem gondolta, hogy ekkora forgalom lesz az utakon. Az üzlet kilenckor nyit, és akkor zár, amikor a \
        tulajdonos elfárad. Nagyon köszönöm a levelét; a jövő héten minden kérdésre válaszolok. Megint esik az eső, így a \
        mérkőzés valószínűleg elmarad. Azt mondta neki, hogy a gépnek semmi baja, és csak el kell olvasnia, ami rá van írva. A \
        legtöbb dolog, amit vettünk, olcsó volt, bár néhány közülük pár nap alatt tönkrement. Meg tudná mondani, hol van a \
        legközelebbi állomás? A kormány új törvényt jelentett be a lakásokról, és mindenki erről beszél. Nagyon tetszik a \
        termék: jó minőség, gyors szállítás és kedves kiszolgálás. Mit csinálsz ma este? Meg akart tanulni gitározni, ezért a \
        bátyjától kért segítséget.
        """),
    LanguageText(
      "tr",
      words: """
        ve bir bu da de için ile çok o ne daha gibi olarak en kadar var ama ben sonra olan her mi sen diye değil ki şey biz ya \
        hiç onun kendi yok bana sana ona bunu şu nasıl neden zaman olduğu olduğunu göre önce ise veya iki yıl büyük iyi şimdi \
        burada orada hep asla teşekkürler bugün bütün bazı tüm siz onlar benim senin bizim sizin vardı oldu olur olsun olmak \
        etmek eden etti edildi yeni gün ancak çünkü hem sadece artık bile belki evet hayır
        """,
      prose: """
        Eve geldiğimde çocuklar çoktan uyumuştu ve mutfak taze ekmek kokuyordu. Daha erken yola çıkmalıydık ama kimse yolların \
        bu kadar kalabalık olacağını düşünmedi. Dükkân saat dokuzda açılıyor ve sahibi yorulunca kapanıyor. Mektubunuz için çok \
        teşekkür ederim; gelecek hafta bütün soruları cevaplayacağım. Yine yağmur yağıyor, bu yüzden maç büyük ihtimalle iptal \
        edilecek. Ona makinede bir sorun olmadığını ve sadece üzerinde yazanları okuması gerektiğini söyledi. Satın aldığımız \
        şeylerin çoğu ucuzdu, ancak bazıları birkaç gün içinde bozuldu. Bana en yakın istasyonun nerede olduğunu söyleyebilir \
        misiniz? Hükümet konutlarla ilgili yeni bir yasa açıkladı ve herkes bunu konuşuyor. Ürünü gerçekten çok beğendim: \
        kaliteli, hızlı teslimat ve güler yüzlü hizmet. Bu akşam ne yapıyorsun? Gitar çalmayı öğrenmek istiyordu, bu yüzden \
        ağabeyinden yardım istedi.
        """),
    LanguageText(
      "ru",
      words: """
        и в не на я что он с как это а по но они к у она из за все так же от о его для мы ты вы был была были быть бы если уже \
        или ни даже до когда только ещё нет мне меня него ему её их нас вас этот эта эти того том этом который которая которые \
        очень может можно надо есть чтобы где там тут здесь теперь потом потому почему всегда никогда хорошо спасибо сегодня \
        больше после через два год лет время себя под над при без во со ли тоже кто раз сам
        """,
      prose: """
        Когда я пришёл домой, дети уже спали, а на кухне пахло свежим хлебом. Нам следовало выехать раньше, но никто не думал, \
        что на дорогах будет так много машин. Магазин открывается в девять и закрывается, когда хозяин устаёт. Большое спасибо \
        за ваше письмо; на следующей неделе я отвечу на все вопросы. Опять идёт дождь, поэтому матч, скорее всего, отменят. Она \
        сказала ему, что с машиной всё в порядке и что нужно только прочитать, что на ней написано. Большинство вещей, которые \
        мы купили, стоили дёшево, хотя некоторые сломались через несколько дней. Не могли бы вы сказать, где находится ближайшая \
        станция? Правительство объявило о новом законе о жилье, и все об этом говорят. Товар мне очень понравился: хорошее \
        качество, быстрая доставка и приятное обслуживание. Что ты делаешь сегодня вечером? Он хотел научиться играть на гитаре.
        """),
    LanguageText(
      "uk",
      words: """
        і в не на я що він з як це а по але вони до у вона із за все так же від о його для ми ти ви був була були бути би якщо \
        вже або ні навіть коли тільки ще немає мені мене нього йому її їх нас вас цей ця ці того тому цьому який яка які дуже \
        може можна треба є щоб де там тут тепер потім чому завжди ніколи добре дякую сьогодні більше після через два рік років \
        час себе під над при без та й також хто раз сам зі про має всі свої цього
        """,
      prose: """
        Коли я прийшов додому, діти вже спали, а на кухні пахло свіжим хлібом. Нам слід було виїхати раніше, але ніхто не думав, \
        що на дорогах буде так багато машин. Крамниця відчиняється о дев'ятій і зачиняється, коли господар стомлюється. Щиро \
        дякую за ваш лист; наступного тижня я відповім на всі запитання. Знову йде дощ, тому матч, мабуть, скасують. Вона \
        сказала йому, що з машиною все гаразд і що треба лише прочитати, що на ній написано. Більшість речей, які ми купили, \
        коштували дешево, хоча деякі зламалися за кілька днів. Чи не могли б ви сказати, де найближча станція? Уряд оголосив про \
        новий закон щодо житла, і всі про це говорять. Товар мені дуже сподобався: гарна якість, швидка доставка та приємне \
        обслуговування. Що ти робиш сьогодні ввечері? Він хотів навчитися грати на гітарі, тому попросив брата допомогти.
        """),
  ]
}
