/// What people write to each other in passing: short forms, laughter, interjections. Data: one long text.
extension Lexicon {
  static let slang = #"""
    3.0 amazeballs awesomesauce ilysm luvvv
    2.6 bestie/s bff bffs epicness iloveyou ilu ily luvya omgyes squee w00t woohooo yasss yayy
    2.3 adorbs badass baddass boomshakalaka booyah congratz dopeness grats gratz gucci kickass litty lmaoo lmfaoo lol
    2.3 lolol lololol muah mwah niceee noice perf pog poggers props roflol rotfl snatched swaggy thankss thnx ty tysm
    2.3 tyvm whoo whoop wooo woop xo xoxo xoxox xoxoxo xx xxx yeahh yeahhh yesss
    2.0 aw aww awww awwww babe/s bae blessup coolbeans coolio cutee fam fanboy fangirl/v fangirling gg ggwp glhf ha haa
    2.0 hah heh heheh homie/s hun hunny kewl lulz niice nom nommy nomnom np purr/v stokedd sweett swoon/v tubular wp yum
    2.0 yw
    1.4 aye ayee ayy chill chillax chilled chillin chilling fasho funky groovin groovy hello hiya jammin vibes vibin
    1.4 vibing welcom yepp yupp
    2.9 beautifull excelent exellent amazin awesum gorgous wonderfull luvly
    -2.6 dissapointed dissapointing dissapointment disapointed disapointing disapointment dissappointed dissappointing
    -2.3 embarassing embarassed rediculous ridiculus anoying anoyed horible terible wierd fustrating
    -1.7 baddd blech bleck bleurgh bs dafuq feckin fkin frickin fricking gah godawful grrrr idgaf jfc meanie/s nooo
    -1.7 noooo sadd sadface ugg uggh urgh whatevs wtaf wth yuk
    -2.3 arse bollocks bork/v borked bugger buggered butthurt crapfest crapper crappola craptastic epicfail facepalm
    -2.3 fugly gutted h8 h8r h8s hoe/s idiotically jank janky knackered loserr manky minger minging n00b/s naff noob/s
    -2.3 pillock plonker prat/s scammy skank/s skanky sketchy smdh sucka suckers suckz sukz sux suxx thot/s toolbag
    -2.3 tosser/s trashh twat/s wank whinge/v whinging
    -3.2 bullcrap clusterfuck dipshit/s dumbfuck fck fcking fkn fuuuck gtfo horseshit jackass jackasses kys mofo
    -3.2 motherfuckin shitface shithole shitshow stfu
    """#
}
