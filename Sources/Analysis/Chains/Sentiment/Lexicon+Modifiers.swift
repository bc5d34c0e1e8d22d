/// Words that change what others are worth: they turn it round, raise it, lower it or shift it. Data: one long text.
extension Lexicon {
  static let modifiers = #"""
    not ain't aint anything_but aren't arent can't can't_even cannot cant couldn't couldnt daren't didn't didn't_even
    not didnt doesn't doesnt don't don't_even dont dunno fail_to failed_to fails_to far_from hadn't hadnt hasn't hasnt
    not barely hardly haven't havent instead_of isn't isnt lack_of mightn't mustn't mustnt needn't neither neva never no no_longer
    not nobody none nor not not_a not_at_all not_even not_really nothin nothing nowhere nt nuthin nvr rarely rather_than
    not refused_to refuses_to scarcely seldom shan't shouldn't shouldnt stopped_being unable_to wasn't wasnt weren't
    not werent without won't wont wouldn't wouldnt
    more:0.9 absolutely amazingly astonishingly awfully bloody completely considerably crazy damn damned decidedly
    more:0.9 deeply effing enormously entirely especially exceedingly exceptionally extra extremely fabulously fckn fkn
    more:0.9 flippin flipping freakin freaking frickin fricking friggin frigging fuckin fucking fully goddamn greatly
    more:0.9 hella highly hugely incredibly infinitely insanely intensely majorly mega outrageously overwhelmingly
    more:0.9 particularly profoundly purely quite really remarkably ridiculously seriously severely so stupendously
    more:0.9 substantially super supremely terribly thoroughly totally tremendously truly uber ultra unbelievably
    more:0.9 unusually utterly very wickedly wildly über
    more:0.7 absolute actually all_the always beyond bigger certainly clearly complete definitely enormous even ever far
    more:0.7 full_of genuinely heartily huge immensely indeed literally major massive massively much obviously
    more:0.7 one_of_the perfectly pure rly serious sheer sincerely so_many so_so_so soo sooo strongly such_a surely
    more:0.7 total undoubtedly unquestionably utter v vastly very_very way_too what_a wholly
    less:0.8 a_bit a_little a_little_bit a_tad almost fairly in_a_way kind_of kinda kinda_sorta less little marginally
    less:0.8 mildly moderately more_or_less nearly not_so not_that not_too not_very occasional occasionally partially
    less:0.8 partly relatively slight slightly some somewhat sort_of sorta sortof vaguely
    but but except however nevertheless nonetheless on_the_other_hand only_complaint only_downside only_drawback
    but only_problem other_than_that that_being_said that_said until yet
    though although apart_from aside_from despite even_though in_spite_of though whereas while
    subject actually also always definitely did do does especially everybody everyone honestly i i'd i'll just may might
    subject particularly people really still they to totally truly we we'd who will would you you'd you'll
    excess overly too
    trailing:0.7 a_lot a_ton bigtime by_far forever hands_down like_crazy lots so_much soo_much sooo_much to_bits
    trailing:0.7 to_death tons very_much
    unreal could if should unless would
    likeness like
    opener like well
    pronoun he i it she that they this u we ya you
    """#
}
