extension LanguageTexts {
  static let germanic: [LanguageText] = [
    LanguageText(
      "en",
      words: """
        the of and to a in is it you that he was for on are with as I his they be at one have this from or had by not but \
        what all were when we there can an your which their said if do will each about how up out them then she many some so \
        these would other into has more her two like him see time could no make than first been its who now people my made \
        over did down only way find use may water long little very after words called just where most know get through back \
        much before also around another came come work three must because does even such here why should any our again don't
        """,
      prose: """
        When I got home the children were already asleep, and the kitchen smelled of fresh bread. We should have left earlier, \
        but nobody thought the roads would be so busy. The shop opens at nine and closes whenever the owner feels tired. Thank \
        you for your letter; I will answer all the questions next week. It is raining again, which means that the match will \
        probably be cancelled. She told him that there was nothing wrong with the machine and that he only had to read what was \
        written on it. Most of the things we bought were cheap, though some of them broke within days. Could you please tell me \
        where the nearest station is? The government has announced a new law about housing, and everybody is talking about it. \
        I really liked the product: great quality, quick delivery and a friendly service. Their new album isn't as good as the \
        last one. What are you doing tonight? He wanted to learn how to play the guitar, so he asked his older brother for help.
        """),
    LanguageText(
      "de",
      words: """
        der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie \
        nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein \
        wurde sei wenn ich wir ihr kann gegen vom können schon habe seine ihre dann unter wir soll eines jahr zwei diese dieser \
        wieder keine uhr du mir mich was sehr kein da hier alle doch ja nein immer ihm ihn jetzt müssen muss mein dein uns euch \
        weil gut viel machen etwas gibt wo warum heute
        """,
      prose: """
        Als ich nach Hause kam, schliefen die Kinder schon, und in der Küche roch es nach frischem Brot. Wir hätten früher \
        losfahren sollen, aber niemand dachte, dass die Straßen so voll sein würden. Der Laden öffnet um neun und schließt, wenn \
        der Besitzer müde wird. Vielen Dank für Ihren Brief; ich werde nächste Woche alle Fragen beantworten. Es regnet schon \
        wieder, deshalb wird das Spiel wahrscheinlich abgesagt. Sie sagte ihm, dass mit der Maschine nichts falsch sei und er \
        nur lesen müsse, was darauf geschrieben steht. Die meisten Sachen, die wir gekauft haben, waren billig, einige gingen \
        jedoch nach wenigen Tagen kaputt. Können Sie mir bitte sagen, wo der nächste Bahnhof ist? Die Regierung hat ein neues \
        Gesetz über Wohnungen angekündigt, und jeder spricht darüber. Das Produkt gefällt mir wirklich gut: tolle Qualität, \
        schnelle Lieferung und freundlicher Service. Was machst du heute Abend? Er wollte Gitarre spielen lernen.
        """),
    LanguageText(
      "nl",
      words: """
        de van een het en in is dat op te zijn met voor niet die aan er om ook als dan maar bij nog uit door naar heeft hij ze \
        wordt tot je was over werd worden kan meer al hebben of wel ik haar zich deze geen jaar ons moet veel hun men wat dit \
        hem nu waar zo zou kunnen wij twee na onder tegen mijn andere zal had toch alle hier waren heel goed iets daar weer gaan \
        moeten komen mensen eens doen jullie we u zij want omdat toen gaat maken altijd niets hoe wie waarom deed vandaag ja nee
        """,
      prose: """
        Toen ik thuiskwam sliepen de kinderen al en rook de keuken naar vers brood. We hadden eerder moeten vertrekken, maar \
        niemand dacht dat het zo druk op de weg zou zijn. De winkel gaat om negen uur open en sluit wanneer de eigenaar moe \
        wordt. Hartelijk dank voor uw brief; volgende week zal ik alle vragen beantwoorden. Het regent alweer, dus de wedstrijd \
        wordt waarschijnlijk afgelast. Ze zei tegen hem dat er niets mis was met de machine en dat hij alleen maar hoefde te \
        lezen wat erop geschreven stond. De meeste dingen die wij gekocht hebben waren goedkoop, hoewel sommige binnen enkele \
        dagen stuk gingen. Kunt u mij zeggen waar het dichtstbijzijnde station is? De regering heeft een nieuwe wet over \
        woningen aangekondigd en iedereen praat erover. Ik vind het een erg mooi product: goede kwaliteit, snelle levering en \
        vriendelijke bediening. Wat ga je vanavond doen? Hij wilde leren gitaar spelen, daarom vroeg hij zijn broer om hulp.
        """),
    LanguageText(
      "sv",
      words: """
        och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan när år under också \
        efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla andra mycket än här då över in blir upp \
        även vad få två vill ha många hon mer går sedan skall denna detta oss hur mig dig honom henne dem något någon några \
        ingen bara mellan innan utan blev varit gör göra säger måste kunde eftersom därför varför alltid aldrig bra nej ja er \
        min din mitt ditt vår idag igen tycker själv \
        väska mellan genom varandra kanske länge nästan sådan ännu först nästa öppen viktig viktigt möjlighet möjligheter lätt \
        svår gammal ung stark svart vit röd grön rum barn son vän vänner hjälp hjälpa fel läsa läser använda använder använt välja \
        väljer valt okänd känna känt köra kör språk nätverk tillgänglig värde meddelande skärm lösenord rad stöder stöds saknas \
        avsluta avbryta anger angiven misslyckades lyckades fönster knapp färg storlek antal höjd bredd höger vänster aktuella \
        inställningar uppdatera läsa innehåller utdata indata mall spara sparad skapa skapad ändra namnet filen mappen kräver krävs \
        också alltså framtid tillåtelse tillåtet ogiltig giltig redan varken antingen både hellre vilket vilka vem när kärlek \
        frihet hälsa rättighet vecka veckor bok böcker dagar kaka gata mat skepp springa köpa köper arbete arbetar väg vägar hög \
        högt öga ögon företag heter liten små stora ligga sitta äta dricka laga prata berätta möta sista sommaren vintern kvinnor \
        män pojke flickor pengar anställda blivit tagit fått gjort sagt haft gått kommit givit skrivit köpte frågade öppnade \
        började ändring information station uppgift skillnad rolig trött sjuk frisk snabbt tydlig bättre sämre inte heller
        """,
      prose: """
        När jag kom hem sov barnen redan och köket luktade av nybakat bröd. Vi borde ha åkt tidigare, men ingen trodde att det \
        skulle vara så mycket trafik på vägarna. Affären öppnar klockan nio och stänger när ägaren blir trött. Tack så mycket \
        för ditt brev; jag ska svara på alla frågor nästa vecka. Det regnar igen, så matchen blir förmodligen inställd. Hon sade \
        till honom att det inte var något fel på maskinen och att han bara behövde läsa vad som stod skrivet på den. De flesta \
        sakerna vi köpte var billiga, även om några av dem gick sönder efter några dagar. Kan du säga mig var närmaste station \
        ligger? Regeringen har meddelat en ny lag om bostäder och alla pratar om den. Jag tycker verkligen om produkten: bra \
        kvalitet, snabb leverans och trevlig service. Vad gör du i kväll? Han ville lära sig spela gitarr, därför frågade han \
        sin äldre bror om hjälp. Det är viktigt att känna till reglerna innan man börjar.
        """),
    LanguageText(
      "da",
      words: """
        og i at det er en til af på for med der den de ikke har som et han var jeg men sig fra vi så kan når år under også efter \
        eller nu sin hvor ved mod skal skulle kommer ud får findes være havde alle andre meget end her da over ind bliver op \
        selv hvad få to vil have mange hun mere går siden denne dette os hvordan mig dig ham hende dem noget nogen nogle ingen \
        kun mellem før uden blev været gør gøre siger må kunne fordi derfor hvorfor altid aldrig godt nej ja jer min din mit dit \
        vores af ud dag igen synes hvis lige af noget blive give tage \
        af sted uge uger bog bøger tag tage kage gade mad skib løbe løb købe køber arbejde arbejder vej veje høj højt øje øjne \
        selskab hedde hedder lille små store ligge sidde spise drikke lave laver snakke fortælle møde møder sidste efteråret \
        foråret sommeren vinteren mandag tirsdag onsdag torsdag fredag lørdag søndag kvinder mænd dreng piger stykker penge \
        virksomhed virksomheder medarbejder medarbejdere kunne været blevet taget fået lavet sagt haft gået kommet givet skrevet \
        købte lavede arbejdede spurgte åbnede begyndte sluttede ændrede ændring ændringer information station situation \
        nation million opgave opgaver forskel regne tegne egen mange uden inden indtil bagved hjemme ude oppe nede længe hellere \
        besked behov tilbud rigtig dejlig sød sjov træt syg rask hurtigt tydelig bedre værre \
        bag mellem gennem igennem hinanden måske længe næsten sådan endnu end først næste åben vigtig vigtigt mulighed muligheder \
        let svær gammel ung stærk sort hvid rød grøn rum børn søn ven venner hjælp hjælpe fejl læse læser bruge bruger brugt brug \
        vælge vælger valgt ukendt kende kendt køre kører sprog netværk tilgængelig værdi besked skærm adgangskode linje \
        understøtter understøttes mangler afslutte afbryde findes angiv angivet mislykkedes lykkedes vindue knap farve størrelse \
        antal højde bredde højre venstre nuværende aktuelle indstillinger opdatere indlæse indeholder uddata inddata skabelon \
        gemme gemt oprette oprettet slette slettet ændre navnet filen mappen kræver kræves altså også fremtid tilladelse \
        tilladt ugyldig gyldig allerede hverken enten både heller hvilket hvilke hvem hvad hvornår kærlighed frihed sundhed \
        forkert rettighed benyttes anvendes skriv besøg gør gjort går står får ser siger kig venligst
        """,
      prose: """
        Da jeg kom hjem, sov børnene allerede, og køkkenet duftede af friskbagt brød. Vi burde være taget af sted tidligere, men \
        ingen troede, at der ville være så meget trafik på vejene. Butikken åbner klokken ni og lukker, når ejeren bliver træt. \
        Mange tak for dit brev; jeg vil svare på alle spørgsmålene i næste uge. Det regner igen, så kampen bliver nok aflyst. \
        Hun sagde til ham, at der ikke var noget galt med maskinen, og at han blot skulle læse, hvad der stod skrevet på den. De \
        fleste ting, vi købte, var billige, selv om nogle af dem gik i stykker efter få dage. Kan du sige mig, hvor den nærmeste \
        station ligger? Regeringen har bebudet en ny lov om boliger, og alle taler om den. Jeg er virkelig glad for produktet: \
        god kvalitet, hurtig levering og venlig betjening. Hvad laver du i aften? Han ville lære at spille guitar, og derfor bad \
        han sin ældre bror om hjælp. Det er vigtigt at kende reglerne, før man begynder.
        """),
    LanguageText(
      "no",
      words: """
        og i det på som er en til å han av for at med var de ikke den har jeg om et men så seg hun hadde fra vi du kan da ble ut \
        skal vil ham etter over ved også bare eller sa nå dette noe være meg mot opp der når inn dem kunne andre blir alle noen \
        sin ha år henne må selv sier få kom denne enn to hans bli ville før vært skulle går her slik gjøre mye hva hvor hvordan \
        hvorfor fordi derfor alltid aldri bra nei ja min din mitt ditt vår deg oss dere igjen dag mer mange uten mellom gjør \
        synes hvis ta gi ut av noe opp bort egen \
        av sted uke uker bok bøker tak ta kake gate mat skip løpe løp kjøpe kjøper arbeid arbeide arbeider vei veier høy høyt øye \
        øyne selskap hete heter liten små store ligge sitte spise drikke lage lager snakke fortelle møte møter siste høsten våren \
        sommeren vinteren mandag tirsdag onsdag torsdag fredag lørdag søndag kvinner menn gutt jenter stykker penger bedrift \
        bedrifter ansatt ansatte medarbeider kunne vært blitt tatt fått laget sagt hatt gått kommet gitt skrevet kjøpte laget \
        arbeidet spurte åpnet begynte sluttet endret endring endringer informasjon stasjon situasjon nasjon million oppgave \
        oppgaver forskjell regne tegne egen mange uten innen inntil bakom hjemme ute oppe nede lenge heller  beskjed behov tilbud riktig deilig søt morsom trøtt syk frisk fort tydelig bedre verre hytte fjell skog elv \
        jeg har ikke noe å gjøre \
        bak mellom gjennom hverandre kanskje lenge nesten slik ennå enn først neste åpen viktig mulighet muligheter lett \
        vanskelig gammel ung sterk svart hvit rød grønn rom barn sønn venn venner hjelp hjelpe feil lese leser bruke bruker brukt \
        bruk velge velger valgt ukjent kjenne kjent kjøre kjører språk nettverk tilgjengelig verdi beskjed melding skjerm passord \
        linje støtter støttes mangler avslutte avbryte finnes angi angitt mislyktes lyktes klarte vindu knapp farge størrelse \
        antall høyde bredde høyre venstre gjeldende innstillinger oppdatere laste inneholder utdata inndata mal lagre lagret \
        opprette opprettet slette slettet endre navnet filen mappen krever kreves altså også framtid tillatelse tillatt ugyldig \
        gyldig allerede verken enten både heller hvilket hvilke hvem hva når kjærlighet frihet helse galt rettighet benyttes \
        brukes skriv besøk gjør gjort går står får ser sier vennligst dersom hos fordi
        """,
      prose: """
        Da jeg kom hjem, sov barna allerede, og kjøkkenet luktet av nybakt brød. Vi burde ha dratt tidligere, men ingen trodde \
        at det skulle være så mye trafikk på veiene. Butikken åpner klokken ni og stenger når eieren blir trøtt. Tusen takk for \
        brevet ditt; jeg skal svare på alle spørsmålene neste uke. Det regner igjen, så kampen blir nok avlyst. Hun sa til ham \
        at det ikke var noe galt med maskinen, og at han bare måtte lese det som sto skrevet på den. De fleste tingene vi kjøpte \
        var billige, selv om noen av dem gikk i stykker etter få dager. Kan du si meg hvor den nærmeste stasjonen ligger? \
        Regjeringen har varslet en ny lov om boliger, og alle snakker om den. Jeg er virkelig fornøyd med produktet: god \
        kvalitet, rask levering og hyggelig betjening. Hva gjør du i kveld? Han ville lære å spille gitar, og derfor ba han den \
        eldre broren sin om hjelp. Det er viktig å kjenne reglene før man begynner.
        """),
  ]
}
