extension LanguageTexts {
  static let romance: [LanguageText] = [
    LanguageText(
      "fr",
      words: """
        de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son aux d'un cette \
        d'une ont ses mais comme on tout nous sa fait été aussi leur bien peut ces y deux même si je vous elle lui sans entre \
        autres dont était être avait après très où encore ans depuis ils leurs moins chez alors c'est j'ai qu'il n'est faire mon \
        ton notre votre quand rien jamais toujours parce pourquoi comment ici merci oui non aujourd'hui quelque chose
        """,
      prose: """
        Quand je suis rentré à la maison, les enfants dormaient déjà et la cuisine sentait le pain frais. Nous aurions dû partir \
        plus tôt, mais personne ne pensait qu'il y aurait autant de monde sur les routes. Le magasin ouvre à neuf heures et \
        ferme quand le propriétaire est fatigué. Merci beaucoup pour votre lettre ; je répondrai à toutes les questions la \
        semaine prochaine. Il pleut encore, le match sera donc probablement annulé. Elle lui a dit que la machine n'avait rien \
        et qu'il suffisait de lire ce qui était écrit dessus. La plupart des choses que nous avons achetées étaient bon marché, \
        même si certaines se sont cassées au bout de quelques jours. Pouvez-vous me dire où se trouve la gare la plus proche ? \
        Le gouvernement a annoncé une nouvelle loi sur le logement et tout le monde en parle. J'aime vraiment ce produit : \
        bonne qualité, livraison rapide et service agréable. Qu'est-ce que tu fais ce soir ? Il voulait apprendre la guitare.
        """),
    LanguageText(
      "es",
      words: """
        de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque esta entre \
        cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra otros ese eso ante \
        ellos e esto mí antes algunos qué unos yo otro otras otra él tanto esa estos mucho nada muchos cual ser es son está fue \
        era han había tiene puede hacer hace años dos así aquí ahora siempre nunca bien gracias usted ustedes nosotros mi tu
        """,
      prose: """
        Cuando llegué a casa los niños ya dormían y la cocina olía a pan recién hecho. Deberíamos haber salido antes, pero nadie \
        pensó que habría tanto tráfico en las carreteras. La tienda abre a las nueve y cierra cuando el dueño se cansa. Muchas \
        gracias por su carta; la semana que viene responderé a todas las preguntas. Está lloviendo otra vez, así que \
        probablemente se suspenda el partido. Ella le dijo que a la máquina no le pasaba nada y que solo tenía que leer lo que \
        estaba escrito en ella. La mayoría de las cosas que compramos eran baratas, aunque algunas se rompieron a los pocos \
        días. ¿Puede decirme dónde está la estación más cercana? El gobierno ha anunciado una nueva ley sobre la vivienda y todo \
        el mundo habla de ello. Me gusta mucho el producto: buena calidad, entrega rápida y un servicio amable. ¿Qué haces esta \
        noche? Quería aprender a tocar la guitarra y por eso pidió ayuda a su hermano mayor.
        """),
    LanguageText(
      "pt",
      words: """
        de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito nos \
        já eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me esse eles você essa num nem suas meu \
        às minha numa pelos elas qual nós lhe deles essas esses pelas este dele tu te vocês lhes meus foi são está ser tem há \
        era ter fazer pode anos dois assim aqui agora sempre nunca bem obrigado então ainda onde porque tudo nada coisa outro
        """,
      prose: """
        Quando cheguei a casa as crianças já dormiam e a cozinha cheirava a pão fresco. Devíamos ter saído mais cedo, mas \
        ninguém pensou que haveria tanto trânsito nas estradas. A loja abre às nove e fecha quando o dono fica cansado. Muito \
        obrigado pela sua carta; na próxima semana vou responder a todas as perguntas. Está a chover outra vez, por isso o jogo \
        será provavelmente cancelado. Ela disse-lhe que não havia nada de errado com a máquina e que ele só tinha de ler o que \
        estava escrito nela. A maioria das coisas que comprámos eram baratas, embora algumas se tenham partido em poucos dias. \
        Pode dizer-me onde fica a estação mais próxima? O governo anunciou uma nova lei sobre a habitação e toda a gente fala \
        disso. Gosto muito do produto: boa qualidade, entrega rápida e atendimento simpático. O que você vai fazer hoje à noite? \
        Ele queria aprender a tocar violão e então pediu ajuda ao irmão mais velho. Não foi possível concluir a operação.
        """),
    LanguageText(
      "it",
      words: """
        di e il la che in un a per è una sono non del con si i da le della al come più dei nel anche gli alla lo ma ha delle su \
        o se ed questo stato hanno dal era due essere molto ci suo fra tra dalla prima mi cui fatto quando ho loro ancora tutti \
        perché nella sua io lui lei noi voi degli dopo senza anni cosa già così solo dove chi bene sempre mai ogni tutto stata \
        quella quello questa quale poi c'è fare può deve oggi grazie niente qui ora allora però quindi
        """,
      prose: """
        Quando sono tornato a casa i bambini dormivano già e la cucina profumava di pane fresco. Saremmo dovuti partire prima, \
        ma nessuno pensava che ci sarebbe stato così tanto traffico sulle strade. Il negozio apre alle nove e chiude quando il \
        proprietario è stanco. Grazie mille per la sua lettera; la settimana prossima risponderò a tutte le domande. Piove di \
        nuovo, quindi la partita verrà probabilmente annullata. Gli disse che la macchina non aveva niente e che bastava leggere \
        quello che c'era scritto sopra. La maggior parte delle cose che abbiamo comprato costava poco, anche se alcune si sono \
        rotte dopo pochi giorni. Può dirmi dov'è la stazione più vicina? Il governo ha annunciato una nuova legge sulla casa e \
        tutti ne parlano. Il prodotto mi piace davvero: ottima qualità, consegna veloce e personale gentile. Che cosa fai questa \
        sera? Voleva imparare a suonare la chitarra e perciò chiese aiuto al fratello maggiore.
        """),
    LanguageText(
      "ro",
      words: """
        de și în a la cu pe o un nu din că mai care să este pentru sunt se au fost ce ca sau după dar lui prin dintre fi ei le am \
        ar l-a s-a i-a va era până doar cel cea cei cele când unui unei această acest acesta aceste foarte lor său sa lui îl îi \
        eu tu el ea noi voi ne vă te mă aici acolo acum atunci toate toți tot fără între poate trebuie face ani doi două bine \
        bun mult mulți nici niciun unde cine cum deci oameni spune avea astăzi mulțumesc lucru alt alte
        """,
      prose: """
        Când am ajuns acasă copiii dormeau deja, iar bucătăria mirosea a pâine proaspătă. Ar fi trebuit să plecăm mai devreme, \
        dar nimeni nu s-a gândit că va fi atât de aglomerat pe drumuri. Magazinul se deschide la ora nouă și se închide când \
        proprietarul obosește. Vă mulțumesc mult pentru scrisoare; săptămâna viitoare voi răspunde la toate întrebările. Plouă \
        din nou, așa că meciul va fi probabil anulat. Ea i-a spus că mașina nu are nimic și că trebuie doar să citească ce scrie \
        pe ea. Cele mai multe lucruri pe care le-am cumpărat au fost ieftine, deși unele s-au stricat după câteva zile. Îmi \
        puteți spune unde este cea mai apropiată gară? Guvernul a anunțat o lege nouă despre locuințe și toată lumea vorbește \
        despre ea. Îmi place foarte mult produsul: calitate bună, livrare rapidă și personal amabil. Ce faci diseară? Voia să \
        învețe să cânte la chitară și de aceea i-a cerut ajutor fratelui său mai mare.
        """),
  ]
}
