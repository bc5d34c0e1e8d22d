/// Stop words of English, German, French, Spanish, Italian, Portuguese, Dutch and Swedish. Data: one text for each.
extension StopWords {
  static let texts = [english, german, french, spanish, italian, portuguese, dutch, swedish]

  private static let english = """
    a about above across after afterwards again against ago ain't all almost alone along already also although always am
    among an and another any anybody anyone anything anyway anywhere are aren't around as at away back be became because
    become becomes been before behind being below beside besides best better between beyond both but by came can can't
    cannot come comes could couldn't did didn't do does doesn't doing don't done down during each either else enough etc
    even ever every everybody everyone everything everywhere except few for from further gave get gets getting give gives
    go goes going gone got had hadn't has hasn't have haven't having he he'd he'll he's hence her here hers herself him
    himself his how however i i'd i'll i'm i've if in indeed instead into is isn't it it's its itself just keep kept knew
    know known knows last least less let let's like likely long look looked looking lot lots made make makes making many
    may maybe me might mine more moreover most mostly much must my myself near need needs neither never next no nobody
    none nor not nothing now nowhere of off often oh ok okay on once one ones only onto or other others otherwise our ours
    ourselves out over own per perhaps please put quite rather re really said same saw say says see seem seemed seems seen
    several shall she she'd she'll she's should shouldn't since so some somebody somehow someone something sometimes
    somewhere soon still such take taken takes than that that's the their theirs them themselves then there there's
    thereby therefore these they they'd they'll they're they've thing things think this those though through throughout
    thus to together told too took toward towards tried tries try trying under until unless up upon us use used uses using
    usually very via want wanted wants was wasn't way we we'd we'll we're we've well went were weren't what what's
    whatever when where whereas whether which while who who's whoever whole whom whose why will with within without won't
    would wouldn't yes yet you you'd you'll you're you've your yours yourself yourselves dont im ive u ur amp lol rt quot
    two first second
    """

  private static let german = """
    ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus außer bei beide beiden
    beim bereits bin bis bist da dabei dadurch dafür dagegen daher damit danach daneben dann daran darauf daraus darf darin
    darüber darum das dass davon davor dazu dein deine deinem deinen deiner dem den denen denn dennoch der deren des
    deshalb dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch dürfen ein eine einem einen einer
    eines einige einigen einmal er erst es etwa etwas euch euer eure fast für gar ganz gegen genug gewesen gibt ging habe
    haben habt hat hatte hatten hätte hätten her hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in
    indem ins ist ja jede jedem jeden jeder jedes jedoch jemand jetzt kann kannst kein keine keinem keinen keiner können
    könnte könnten konnte lassen leider lässt machen macht mal man manche mehr mein meine meinem meinen meiner mich mir mit
    möchte muss müssen musste nach nachdem neben nein nicht nichts nie niemand noch nun nur ob obwohl oder ohne schon sehr
    sein seine seinem seinen seiner seit selbst sich sie sind so sogar solche soll sollen sollte sollten sondern sonst
    soweit über um und uns unser unsere unserem unseren unter viel viele vielleicht vom von vor während wann war waren warum
    was weder weg wegen weil weiter welche welchem welchen welcher welches wenn wenig wer werde werden wie wieder will wir
    wird wirklich wo wohl wollen wollte worden wurde wurden würde würden zu zum zur zwar zwischen
    """

  private static let french = """
    a à afin ai aie ainsi alors après as au aucun aucune aujourd'hui auquel aura aurait aussi autre autres aux avaient
    avait avant avec avez avoir avons beaucoup bien c c'est car ce ceci cela celle celles celui cependant ces cet cette
    ceux chaque chez comme comment contre d d'un d'une dans de début dedans dehors depuis des deux devant doit donc dont du
    elle elles en encore entre es est et étaient était étant été être eu eux faire fait faites fois font grâce hors il ils
    j j'ai je jusqu'à jusque l la là laquelle le lequel les lesquels leur leurs lors lorsque lui m ma mais malgré me même
    mêmes mes mien moi moins mon n n'est ne ni non nos notre nous on ont ou où par parce parmi pas pendant peu peut peuvent
    plupart plus plusieurs pour pourquoi pouvoir presque puis puisque qu qu'il qu'elle qu'un qu'une quand que quel quelle
    quelles quelque quelques quels qui quoi rien s s'est sa sans sauf se sera serait ses seulement si sien soi soit sommes
    son sont sous souvent suis sur t ta tandis tant te tel telle tellement tels tes toi ton toujours tous tout toute toutes
    très trop tu un une vers voici voilà vont vos votre vous vu y
    """

  private static let spanish = """
    a al algo alguien algún alguna algunas alguno algunos allí ante antes aquel aquella aquello aquí así aún aunque bajo
    bastante bien cabe cada casi como cómo con contra cual cuál cuando cuándo cuanto de debe deben del desde después donde
    dónde dos durante e el él ella ellas ello ellos en entonces entre era eran eres es esa esas ese eso esos esta está
    están estar estaba estas este esto estos estoy fin fue fueron ha había habían hace hacer hacia han hasta hay he hemos
    hoy incluso la las le les lo los luego más me menos mi mí mientras mis mismo misma mucha muchas mucho muchos muy nada
    ni ningún ninguna no nos nosotros nuestra nuestro nuestros nunca o os otra otras otro otros para pero poco pocos por
    porque podría puede pueden pues que qué quien quién quienes se sea según ser será si sí sido siempre sin sino sobre
    solo sólo somos son soy su sus tal también tampoco tan tanto te tenemos tener tengo tenía ti tiene tienen toda todas
    todavía todo todos tu tú tus un una unas uno unos usted ustedes va vamos van varios ver vez y ya yo
    """

  private static let italian = """
    a abbiamo ad agli ai al alcuni alla alle allo allora altra altre altri altro anche ancora avere aveva avevano avete
    bene c'è che chi ci cioè come con contro cosa così cui da dagli dai dal dalla dalle dallo degli dei del dell'
    della delle dello dentro di dopo dove dove due durante e è ed era erano essere essi fa fare fatto fino fra fu già gli
    ha hai hanno ho i il in infatti invece io l' la le lei li lo loro lui ma mai me meno mentre mi mia mie miei mio molta
    molte molti molto ne nei nel nell' nella nelle nello nessun nessuno niente no noi non nostra nostri nostro nulla o ogni
    ognuno oltre oppure ora per perché perciò però più poco poi poiché possono prima proprio può pure qua qual quale quali
    qualche qualcosa qualcuno quando quanto quasi quella quelle quelli quello questa queste questi questo qui quindi sarà
    se sei sempre senza si sia siamo siano siete sono sopra sotto sta stai stata stati stato stesso su sua sue sugli sui
    sul sulla sulle suo suoi tale tanto te ti tra troppo tu tua tue tuo tutta tutte tutti tutto un un' una uno va verso vi
    voi vostra vostro
    """

  private static let portuguese = """
    a à agora ainda algo alguém algum alguma algumas alguns além ali ante antes ao aos apenas após aquela aquele aquilo
    aqui as às assim até bem cada coisa com como contra da das de dela dele deles depois desde dessa desse desta deste deve
    disso do dois dos durante e é ela elas ele eles em embora enquanto entre era eram essa essas esse esses esta está
    estamos estão estar estas estava este estes estou eu faz fazer foi fora foram há isso isto já la lá lhe lhes lo logo
    mais mas me mesma mesmo meu meus minha minhas muita muitas muito muitos na nada não nas nem nenhum nenhuma ninguém no
    nos nós nossa nosso num numa nunca o onde ontem os ou outra outras outro outros para pela pelas pelo pelos pode podem
    pois por porém porque pouco pra primeiro própria próprio quais qual qualquer quando quanto quase que quê quem se seja
    sem sempre sendo ser será seu seus si sido só sob sobre somos sou sua suas tal também tão te tem têm tenho ter teu tinha
    toda todas todo todos tu tudo última um uma umas uns vai vamos vão você vocês vos
    """

  private static let dutch = """
    aan al alle alleen alles als altijd ander andere anders ben bent bij bijna binnen boven daar daarna daarom dan dat de
    deze die dit doch doen door dus een eens elk elke en enkele er erg ergens ervan even ga gaan gaat ge geen geweest gewoon
    goed haar had hadden heb hebben hebt heeft heel hem hen het hier hij hoe hun ieder iedereen iemand iets ik in is ja je
    jij jou jouw jullie kan kon konden kunnen kunt maar mag me meer meest men met mij mijn minder misschien moet moeten
    mogen na naar nadat niemand niet niets nog nooit nou nu of om omdat onder ons onze ook op over per s sinds slechts
    sommige steeds t te tegen ten ter terwijl toch toen tot tussen u uit uw van vaak veel vele via vol volgens voor voordat
    vooral wanneer want waar waarom was waren wat we weer weinig wel welke werd werden wie wij wil willen word worden wordt
    zal ze zeer zei zelf zich zij zijn zo zoals zonder zou zouden zowel zulke
    """

  private static let swedish = """
    aldrig all alla allt alltid andra annan att av bara bli blir blev borde bort bra både då dag de dem den denna deras dess
    dessa det detta dig din dina ditt dock du där därför efter ej eller en er era ert ett finns fick få får för före från
    genom ger gick gör göra ha hade han hans har hela hennes henne hon honom hos hur här i igen in inga ingen inget innan
    inte ja jag ju just kan kanske kom kommer kunde kunna lika lite man med medan mellan men mer mera mest mig min mina mitt
    mot mycket måste ned nej ner ni nog nu någon något några när också och om oss på redan sade samma sedan sig sin sina sitt
    själv ska skall skulle som så sådan sådana till tills trots under upp ut utan vad var vara varför varit varje vars vart
    vem vi vid vilka vilken vilket vill vår våra vårt än ännu är åt över
    """
}
