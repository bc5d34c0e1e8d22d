/// Words that are worth something, from the most to the least pleasant. Data: one long text.
extension Lexicon {
  static let praise = #"""
    3.5 bliss blissful/l breathtaking/l ecstasy ecstatic/l euphoria euphoric euphorically flawless/l godsend/s heavenly
    3.5 jubilant/l magnificent/l masterpiece/s mindblowing orgasmic outstanding/l overjoyed perfection phenomenal/l
    3.5 rapturous/l sensational/l spectacular/l superb/l
    3.2 adoration adore/vr adored amaze/v amazed amazement amazing/l astounding/l awesome/l awesomeness awesomest
    3.2 beloved brilliant/l dazzling/l delightful/l elated elation excellence excellent/l exceptional/l exhilarated
    3.2 exhilarating/l exhilaration exquisite/l extraordinarily extraordinary fabulous/l fantastic/l faultless/l
    3.2 glorious/l gorgeous/l hallelujah impeccable impeccably incredible love/vr loved loves loving lovingly
    3.2 marvellous/l marvelous/l matchless miraculous/l paradise/s peerless perfect/l splendid/l stellar stunning/l
    3.2 sublime/l superbness superlative/l terrific/l thrilled triumph/vs triumphant/l triumphs unbeatable unparalleled
    3.2 unsurpassed wonderful/ln wondrous/l
    2.9 adorable angelic awe awestruck beauties beautiful/l beauty best bestest blessed blessing/s bravo captivate/v
    2.9 captivating/l celebrate/v celebration/s celebratory champion/s charismatic charm/v charming/l cheerful/ln
    2.9 cherish/v congrats congratulate/v congratulation congratulations congratulatory delectable delicious/ln
    2.9 delight/v delighted devoted divine/l ecstatically enchant/v enchanted enchanting/l enthralled enthralling
    2.9 euphonious excited/l excitement exciting/l freedom genius/s goodness grateful/ln gratitude great greatest
    2.9 greatly greatness happiest happiness hero heroes heroic heroine/s hilarious/l hooray hurrah hurray ideal/l
    2.9 inspirational/l inspiring/l invaluable joy joyful/ln joyfulness joyous/l joys laughter liberate/v liberation
    2.9 lovable loveable luxuries luxurious/l luxury magic magical/l majestic/l mesmerising mesmerized mesmerizing
    2.9 mouthwatering passion/s passionate/l prestigious priceless radiant/l rejoice/v remarkable romance/s romantic/l
    2.9 scrumptious superior thankful/ln thankfulness thrill/vs thrilling/l thrills treasure/v treasured treasures
    2.9 vibrant/l victor/s victories victorious/l victory winner/s yummiest
    2.6 admirable admirably admiration admire/vr affection/s affectionate/l award/v awesomely beneficial/l benefit/vs
    2.6 blessedly blossom/v bonus/s brave/al bravery bravest brightest caring compassion compassionate/l courage
    2.6 courageous/l crisp/l cuddle/v cuddly cutest darling/s dearest delicacies delicacy eager/ln effortless/l elegance
    2.6 elegant/l energetic energetically energized enjoy/vm enjoyable enjoyably enthusiasm enthusiastic
    2.6 enthusiastically epic epically excite/v exemplary faithful/ln fantabulous fascinate/v fascinating/l fascination
    2.6 fave favorite/s favorites favourite/s festive festivities festivity flavorful flavourful flourish/v fortunate/l
    2.6 fortune/s fun funner funnest generosity generous/l gifted glad gladder gladdest gladly gladness glamorous
    2.6 glamour glee gleeful/l glisten/v glories glory glowing graceful/ln happily happy/a harmonious/l harmony
    2.6 heartfelt heartwarming heavenlike honor/v honorable honorably honored honour/v honourable honours hopeful/ln
    2.6 hottie/s hug/w hugs hunk/s iconic impress/v impressive/ln ingenious/l ingenuity inspiration/s inspirations
    2.6 inspire/v jackpot/s jolly kindest kindhearted kindness laugh/v laughs legend/s legendary livelier liveliest
    2.6 lively lovely/an loyal/l loyalty luckiest medal/s merrier merriest merrily merriment merry noble nobly optimism
    2.6 optimist/s optimistic optimistically peaceful/ln playful/ln praise/v praiseworthy pride prided prize/s prosper/v
    2.6 prosperity prosperous/l proud/l prouder proudest reward/v rewarding/l rewards rockstar/s seamless/l seductive/l
    2.6 serene/l serenity sexy/a smile/v smiley smilingly soulmate/s sparkle/v sparkly stunner/s stupendous/l succeed/v
    2.6 success successes successful/l superfast superhero superheroes superstar/s sweetest sweetheart/s sweetie/s
    2.6 talent/s talented tastier tastiest tasty terrifically thrive/v tranquil/l tranquility treasury trustworthy
    2.6 trusty upbeat valiant/l valuable virtue/s virtuous/l vitality win/s winning wins wisdom wise/l wisest wittier
    2.6 wittiest witty won woohoo woot worthwhile worthy wow wowed wowing wows yay yippee yummy/an
    2.3 abundance abundant/l acclaim/v accomplish/vm accomplished accuracy accurate/l achieve/vm advantage/s
    2.3 advantageous/l agile alluring/l ambitious/l amuse/vm amused amusing/l appeal/v appealing/l artistic artistically
    2.3 attract/v attractive/ln awarded awsome bday beautify/v birthday/s bold/ln bright/aln brilliance buddies buddy
    2.3 charitable charity cheer/v cheerier cheers cheery cherishable chic chuckle/v classier classiest classy
    2.3 clever/aln comedic comedy comfier comfort/v comfortable comfortably comforting/l comfy comical/l companion/s
    2.3 companionship confidence confident/l congrat considerate/l content contented/l contentment cosy courteous/l
    2.3 courtesy cozier coziness cozy/an creative/l creativity cure/v cute/aln cutie/s dedicate/v dedicated dedication
    2.3 dependable desirable desire/s desired determination determined devotion dignified dignity dreamlike dreamy
    2.3 durability durable effective/ln efficiency efficient/l empower/vm empowering entertain/vrm entertaining/l
    2.3 ergonomic excellant expert/s expertise expertly famous/l fancier fancy fashionable fashionably finest fluent/l
    2.3 fortunately friend/s friendliness friendly/an friendship/s fulfill/v fulfilled fulfilling fulfillment funniest
    2.3 funny/a gain/v gains generousness giggle/v giggles giggly gladden/v glitter/v glorify/v glow/v goodies gr8 grace
    2.3 graces gracious/ln handsome/l heal/v healed healing heals healthier healthiest healthy/a heartily hearty
    2.3 helpful/ln helps hip holiday/s honest/l honesty hospitable hospitality humor humorous/l humorously humour
    2.3 imaginative/l improve/vm improvement/s improving innovation/s innovative insight/s insightful/l integrity
    2.3 intellectual/l intelligence intelligent/l intuitive/l inventive/l invincible justice kind kinder kindly kiss/vr
    2.3 kisses lavish/l lifesaver lovin luck luckily lucky/a lucrative luv luved luvs luxuriant master/v masterful/l
    2.3 masterly mastery mightier mightiest mighty miracle/s nice/aln niceties no-brainer partied parties party partying
    2.3 perfecting pleasant/ln pleasantly pleased pleasing/l pleasurable pleasurably pleasure/s plentiful polite/ln
    2.3 popular popularity powerful/l precise/l precision prefect pretty/an profit/v profitable profitably quick/al
    2.3 rainbow/s reassurance reassure/v reassuring/l recommend/v recommendation/s recommended refreshed refreshing/l
    2.3 refreshment/s relaxation relaxed relaxing reliability reliable reliably relief relieve/v relieved renowned
    2.3 rescue/vr respect/v respectable respected respectful/l responsive/ln rested rich richer richest richly richness
    2.3 robust/ln roomier roomy satisfaction satisfactory satisfy/v satisfying/l savior/s saviour/s shine/v shinier
    2.3 shiniest shining shiny sincere/l sincerest sincerity skilful skilled skillful/l sleek/l sleeker sleekest
    2.3 smart/aln smartest smooth/aln smoothest soothe/v soothing/l spacious/ln speedy strength/s strengthen/v strong/al
    2.3 sturdy/an stylish/l sunnier sunniest sunny sunshine supporter/s supportive/l sweet/aln sweeten/v sweetly tender
    2.3 tenderly tenderness thoughtful/ln trendy trust/v trusted trusting truthful/ln unstoppable vacation/s versatile
    2.3 versatility vigorous/l warmhearted wealth wealthier wealthiest wealthy weekend welcoming
    2.0 ace aced acing adept admiring affable agreeable agreeably amen amiable amicable amicably angel/s appreciate/v
    2.0 appreciated appreciation appreciative/l assured authentic authenticity beneficially bonny bountiful/l bounty
    2.0 bouquet/s breezy bubbly bunnies bunny buoyant cake carefree chocolate clean/aln cleaner cleanest coherent
    2.0 commend/v commendable commendably complement/v compliment/v complimentary cool cooler coolest coolness credible
    2.0 creditable cupcake/s dance/v dancing dandy dear dearly decency decent/l dynamic ease eased eases easier easiest
    2.0 easily easy/a easygoing effortlessness eminent empathetic empathy encourage/vm encouraging/l endearing/l
    2.0 endorse/vm enhance/vm enlighten/v enlightening enrich/vm enriching enviable esteem esteemed ethical/l exalt/v
    2.0 exclusive/l fairness faith faiths fascinatingly favor/s favorable favorably favour/s favourable fearless/ln
    2.0 fertile fine finer flair flatter/v flattering/l flexibility flexible fond fondly fondness forgive/v forgiveness
    2.0 forgiving freshest frolic gallant/l gem/s genial gentle/n gentler gentlest gently genuine/l glossy goodwill
    2.0 gratify/v gratifying grin/w grins haha hahaha hahahaha hahahahaha handier handiest handily handy harmless/l
    2.0 heartened heartening hehe hehehe honeymoon/s hygienic idolize/v immaculate/l improved inclusive/n interesting/l
    2.0 intrigue/v intriguing/l invigorating inviting/l jovial/l keen/ln keepsake kitten/s laughed laughing leisurely
    2.0 likable likeable liked likes lmao lmfao lolz lush mature/l memorable merciful/l mercy merit/s modernize/v
    2.0 motivate/v motivated motivating motivation/s neat/ln neater neatest nurture/v nurturing optimal/l optimum
    2.0 pamper/v pampered patience patient/l peace picturesque pleasantry plush poetic positive/ln positivity praised
    2.0 pristine privilege/s privileged productive/ln productivity proficient/l profound/l progress progressing prolific
    2.0 promising/l protect/v protection protective prowess puppies puppy quaint quality rad radiance rapt rejuvenate/v
    2.0 resilience resilient resolve/v resourceful/n revitalize/v revive/v revolutionize/v righteous/ln rofl roflmao
    2.0 romanticize/v rosy safe/al safest safety satisfied satisfies savvy scenic secure/l securely sensible sensibly
    2.0 sharp/aln sharpest simplicity sincerely slick/l smiles snappy snazzy soft/aln softest sophisticated soulful/l
    2.0 sparkling spirited spiritual/l splendor splendour spotless/l steadfast/ln streamline/v streamlined suave
    2.0 suitable suitably sumptuous/l sunlit supremacy supreme/l sustainable swag sweetness sympathetic sympathetically
    2.0 sympathy teamwork teehee thanked thanking thanks thankyou thanx thx tidier tidily tidy timeless/l timely tnx
    2.0 tolerance tolerant tops unforgettable unique/ln upgrade/v upgraded uplift/v uplifting useful/ln valor valued
    2.0 visionary vivacious vivid/l warm/al warmest warmth welcome/v welcomed wellbeing wholesome/n willing/ln
    2.0 youthful/n zeal zealous/l zen zest zesty
    1.9 good like/v
    1.7 accept/v acceptable acceptably acceptance accommodating active/l adequate/l adventure/s adventurous
    1.7 affordability affordable affordably agree/vm agreed alive allies ally applaud/v applause appropriate/l approval
    1.7 approve/v apt aspiration/s aspire/v assist/v assistance assurance/s assure/v attentive/ln bargain/s beam/v
    1.7 beauteous befriend/v believable bettered boost/vr breakthrough/s calm/aln calming calmness candid/l capably
    1.7 charms clarity classic/s clearest cohesive colorful/l colourful/l comforted comforts compact compatibility
    1.7 compatible competence competent/l competitive/l comprehensive/l consistency consistent/l constructive/l
    1.7 convenience convenient/l convince/v cooperation cooperative/l cordial/l correct/l courteousness cultured
    1.7 curiosity curious/l cushy daring dashing dawn/s defend/vr delivers deluxe diligence diligent/l disciplined
    1.7 distinctive/l distinguished diverse diversity dope eagerly earnest/l economical/l elite eloquence eloquent/l
    1.7 enable/v engaging/l enjoyed enthused entice/v enticing/l entrusted envision/v exceed/v exceeded excel/w
    1.7 expressive/l exuberance exuberant/l fab fame familiar/l fans fast faster fastest fearlessness feasible feat
    1.7 featherlike feats festival/s fetching fiesta fitness flirt/v flirty fluffy focused forgivable fortitude freed
    1.7 freedoms freshness frugal/l gaiety gained giddy glimmer/v goodlooking grand/l grandeur guarantee/v handcrafted
    1.7 healer/s health hearten/v help/v helped helper/s helping heroically homey honey hoping humane/l humble/n humbled
    1.7 humility humorist hyped illuminate/v immense/l impartial/l importance incentive/s indulge/v indulgent infallible
    1.7 influential innocence innocent/l instructive intact intellect intimacy intimate invent/v jazzed keeper/s knack
    1.7 knowledgeable knowledgeably ladylike lasting leader/s leading legit legitimate/l lighthearted lightweight lit
    1.7 livable logical/l logically luminous maestro maneuverable meaningful/ln mellow mentor/s merriness meticulous/l
    1.7 minty modern modest/l nimble nourish/vm novelty obedient openness opportunities opportunity ovation painless/l
    1.7 pal/s paradisiac passable peachy peppy perceptive/l perfected perks perky personable pioneer/s pleasantries plus
    1.7 pluses poised polished portable posh praising prefer/w preferable preferably preferred prominent/l prompt/ln
    1.7 proper/l proven prudent/l psyched pumped punctual/l pure/l purest purify/v rational/l readable realistic
    1.7 realistically reasonable reasonably receptive reclaim/v recognition reconcile/v recover/v recovery rectify/v
    1.7 redeem/v redeeming refine/vm refined reform/v regal/l rejuvenated relish/v renew/v renewed repay/v reputable
    1.7 restful/l restore/v restored reunion/s reunite/v revere/v reverent/l romp/v rooting sacred salute/v sane sanity
    1.7 satisfactorily scholarly selfless/ln serenely shelter/v significant/l silky skill/s smitten snug soar/v sociable
    1.7 softie sooth special/l specially specialty speedily spellbinding spellbound splendidly spontaneous/l sporty
    1.7 stability stable steadily steady stimulate/v stimulated stimulating stoked straightforward/l striking/l stroll
    1.7 succinct suffice/v suited supports swell swift/l swiftness tenacious/l tenacity thorough/ln thoroughbred
    1.7 tickle/v tickled tranquillity treat/s truth/s truths unbiased understand/v understandable understanding unharmed
    1.7 united unity unlimited untroubled upright upscale usable vast/l vigilant/l vital/l vouch/v whimsical/l winnable
    1.7 winsome wit woo workable worth youth zippy
    1.4 adaptable adjustable advance/v advanced advances advocate/v aid/v altruistic ambition/s amity ample amply
    1.4 anticipate/v anticipation appease/v ardent/l astute/l avid/l aware/n awareness balanced bask/v blithe bloom/v
    1.4 blossoming brighten/v brisk/l brotherly bullish chance/s chivalrous civility civilized clap/w clapping cleverly
    1.4 clout comeback/s commitment/s committed compelling/l compensate/v conclusive/l consent/v considerable
    1.4 considerably coolly cushion/v cushioned daydream/v decisive/l defender/s deserve/v deserved deserving dignify/v
    1.4 dream/s dreaming dreams enlightened entrancing exceeds excused extol/w facilitate/v fidelity flashy foremost
    1.4 fortified fortify/v frisky futuristic generously glide/v goofy gratis grown growth handyman hardworking hardy
    1.4 helpfully highlight/s hooked hot hotter hottest incorruptible independence independent/l indestructible
    1.4 inexpensive/l infatuated instrumental kudos learn/v legal/l legible legibly lenient/l liberties liberty lifelong
    1.4 longlasting luster lustrous manageable mannerly marvel/v marvels maximize/v mindful/ln motivational natural/l
    1.4 nostalgia nostalgic noteworthy objective/l openhearted openly orderly organized original/l originality
    1.4 painstaking/l partner/s partnership/s patriotic peacefully perseverance persevere/v piety piquant playfully
    1.4 politeness potent/l practical/l praises premium proactive/l progressive/l promote/v promoted promotion/s
    1.4 propitious prospect/s prudence purposeful/l rapid/l readiness ready recharge/v relax/v remedies remedy
    1.4 resounding/l respite responsible responsibly revelation reverence robustly romanticism satisfiable saver/s
    1.4 savings savor/v savory savour/v seasoned sensation/s sensual/l shimmer/v shimmery simple simpler simplest
    1.4 simplify/v slim/b smoothie/s snuggle/v snuggly sober/l solace solution/s solve/v solved solves spark/v spry
    1.4 stainless standout star/s starry substantial/l substantive sufficient/l sufficiently supple surmount/v survival
    1.4 survive/v survivor/s swanky tempting/l terrificness tolerable tolerably top trophies trophy true truer truest
    1.4 twinkle/v unassuming undaunted undisputed unfettered unhurt unquestionable upheld uphold/v usability validate/v
    1.4 venerate/v viable vindicate/v vindicated warmly wieldy willingly wonderland wooing worldly worship/w worshipped
    1.4 yearned youthfully
    1.2 better gift/s hope/v hopefully hopes support/vr thank/v
    1.1 absolve/v abundantly acknowledged agreement/s alright amenities amenity answered attain/vm attainable authorized
    1.1 bestow/v bless blesses bloomed calmly cashback certified champ/s clear clearly commonsense communal compliant
    1.1 composed comprehend/v concise/l conscientious/l constancy contribute/v contribution/s cooperate/v customizable
    1.1 deft/l dependably detachable discount/s discounted elevate/v embrace/v energy enrichments equality equitable
    1.1 evolve/v expand/v expansive explore/v fair fairer fairest feasibly fellowship flatteringly foolproof forthright
    1.1 free friends fruitful functional gaily goal/s gold golden growing guiltless headway heartthrob honors
    1.1 important/l inform/v informative innocuous interest/s interested invite/v invited invites jest/s jewel/s joke/s
    1.1 joking justly lighter luxe morality nifty noiseless/l nontoxic obtain/v okie ornate outdo outgoing outperform/v
    1.1 outshine/v overcome overcomes overcoming pacify/v pep persuasive/l pledge/v polish/v practicality preserve/v
    1.1 promise/v promised promises promptness protected quench/v quiet quieter quietest quietly quietness reachable
    1.1 realizable reasoned reassured recommendable regard/s regenerate/v relevance relevant/l renaissance renown
    1.1 safeguard/v save/v saved saves share/v shared sharing simplified sleekness smarter smiling softened spiritually
    1.1 stamina stout strive/v striving strove sturdiness supported surefire tact tactful/l tasteful/l transparent/l
    1.1 trending trustful tuneful unburden/v understandably unencumbered upside usefully waterproof watertight
    1.1 weatherproof wholehearted/l wishes wishing worldclass youthfulness
    0.8 /v able accessible adapt/v align/v anew babies baby beach bigger capable care cared cares certain certainty
    0.8 christmas coffee cohere/v collaborate/v collaboration community contemporary cured easeful educated establish/v
    0.8 experienced extra families family fantasies fantasy featured fix/v fixed fixes fresh full handle/v higher
    0.8 initiative/s larger latest legality longer marriage married marry/v mild music new newer ok okay pizza please
    0.8 realism realist recovering rehabilitate/v secured selective/l serviceable sleepover snack/s solid sophisticate
    0.8 spring stabilize/v summer sure synergy togetherness unanimous/l unbroken unobtrusive/l upgradable upgradeable
    0.8 viability wedding/s xmas yea yeah yep yes yess yup
    """#
}
