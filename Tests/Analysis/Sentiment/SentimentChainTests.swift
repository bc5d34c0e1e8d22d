import HoldfastAnalysis
import Testing

struct SentimentChainTests {
  private let chain = SentimentChain()

  private func compound(_ text: String) -> Double { chain.score(text).compound }

  /// Each sounds better than the next.
  private func expectDescending(_ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    for (better, worse) in zip(texts, texts.dropFirst()) {
      let (high, low) = (compound(better), compound(worse))
      #expect(high > low, "\(better): \(high), \(worse): \(low)", sourceLocation: sourceLocation)
    }
  }

  private func expectPositive(_ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    for text in texts {
      #expect(chain.score(text).label == .positive, "\(text): \(compound(text))", sourceLocation: sourceLocation)
    }
  }

  private func expectNegative(_ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    for text in texts {
      #expect(chain.score(text).label == .negative, "\(text): \(compound(text))", sourceLocation: sourceLocation)
    }
  }

  @Test func `words have the sign and the order that people give them`() {
    expectDescending(
      "The soup was superb.", "The soup was great.", "The soup was nice.", "The soup was okay.", "The soup was served.",
      "The soup was cold.", "The soup was bad.", "The soup was disgusting.")
  }

  @Test(
    arguments: [
      "The hike was not good.", "I don't like mondays.", "I DON'T like mondays.", "I don’t like mondays.",
      "dont like it", "He was never friendly.", "Nobody was happy.", "Nothing about it is pretty.",
      "It hardly helps.", "A room without comfort.", "They failed to impress us.", "It is far from perfect.",
      "The lack of quality shows.", "cannot recommend it", "She isn't very kind.", "ain't pretty",
    ])
  func `negation turns what is good into the contrary`(text: String) {
    expectNegative(text)
  }

  @Test func `what is bad is not so bad when it is negated`() {
    for (plain, negated) in [
      ("The room was dirty.", "The room was not dirty."), ("It is a problem.", "It is not a problem."),
      ("We were disappointed.", "We were never disappointed."), ("That's bad.", "That's not bad."),
    ] {
      #expect(compound(negated) > compound(plain) + 0.2, "\(negated)")
    }
  }

  @Test func `negation ends with the clause or after some words`() {
    expectPositive(
      "I did not go, great evening at home.", "No: it is wonderful.",
      "It does not come in a box from the shop around the corner and is excellent.")
    expectDescending("It is not late. Great.", "It is not great.")
  }

  @Test func `a question with not wants a yes`() {
    expectPositive("Isn't it wonderful?", "Don't you love summer")
  }

  @Test func `not only adds to what it stands before`() {
    expectPositive("Not only pretty, also useful.")
  }

  @Test func `modifiers raise and lower what they stand before`() {
    expectDescending("a very good book", "a good book", "a somewhat good book")
    expectDescending("a slightly bad book", "a bad book", "an extremely bad book")
    expectDescending("really very good", "very good")
    expectDescending("I love it so much", "I love it")
    expectDescending("very good", "very, well, good")
  }

  @Test func `a modifier with a sign of its own gives it up for the word that it modifies`() {
    expectDescending("That was damn good.", "That was good.", "Damn.")
    expectDescending("an insanely beautiful beach", "a beautiful beach", "an insane beach")
  }

  @Test func `capitals among lower case raise a word`() {
    expectDescending("The view is GREAT", "The view is great")
    expectDescending("The view is bad", "The view is BAD")
    #expect(compound("THE VIEW IS GREAT") == compound("the view is great"), "nothing stands out")
  }

  @Test func `exclamation marks raise a sentence up to a point`() {
    expectDescending("I am happy!!!", "I am happy!", "I am happy")
    expectDescending("I am sad", "I am sad!", "I am sad!!!")
    #expect(compound("I am happy!!!!") == compound("I am happy!!!!!!!!!"))
    #expect(compound("The train leaves at nine!!!") == 0)
  }

  @Test func `stretched words are raised`() {
    expectDescending("I am sooooo happy", "I am so happy")
    expectDescending("loooove this", "love this")
    expectPositive("happyyyyy", "cooooool", "yaaaay", "hahahahaha", "loooooooooooooooooooooooooool")
    expectNegative("noooo that is saaaaad", "uuuugh")
  }

  @Test func `after but counts more than before it`() {
    expectPositive("The food was bad, but the service was excellent.")
    expectNegative("The service was excellent, but the food was bad.")
    expectDescending("The room was dirty. But the view is nice.", "The room was dirty. The view is nice.")
    expectPositive("However noisy the street, the room is lovely.")
  }

  @Test func `what although concedes counts less`() {
    expectPositive("Although the room was dirty, the view was nice.")
    expectDescending("Although it was late, we had fun.", "It was late.")
  }

  @Test func `phrases are worth what they mean`() {
    expectPositive("That show was the bomb.", "This place is to die for.", "I can't wait!", "No problem, no worries.")
    expectNegative("That was the kiss of death.", "A waste of money.", "They ripped off my uncle.", "It fell apart.")
    #expect(compound("It works like a charm") > 0.4)
    #expect(compound("a must-have") > 0.3, "joined by a hyphen")
  }

  @Test func `too much of a thing is a fault`() {
    expectNegative("The shirt is too wide.", "It is overly long.")
    #expect(compound("We came, too.") == 0)
  }

  @Test func `like is a verb after a subject only`() {
    expectPositive("I like trains.")
    expectDescending("I like trains.", "It moves like trains.")
    expectDescending("Well done, well made.", "Well, we came.")
  }

  @Test func `questions are weaker than statements`() {
    expectDescending("The food is good.", "Is the food good?")
    expectDescending("Is the food bad?", "The food is bad.")
  }

  @Test func `what is not so counts less`() {
    expectDescending("It is a good phone.", "If it is a good phone")
  }

  @Test func `emoticons and emoji are words of their own`() {
    expectPositive(":)", "see you :-)", "done:)", "<3", "&lt;3", "❤️", "👍🏽", "ok 😀", "^_^", "XD", ":D", "We did it 🎉🎉")
    expectNegative(":(", "monday :-(", "</3", "💔", "😡", ":'(", "monday 😩", "🤦‍♀️")
    #expect(compound("at 12:30 (8) see page:3") == 0)
    #expect(chain.score("😀😃😄").neutral == 0)
  }

  @Test func `addresses, names and entities are no words`() {
    #expect(compound("https://example.com/love/hate http://happy.example www.great.example") == 0)
    #expect(compound("@happy @love_you") == 0)
    #expect(compound("this &amp; that &#38; more &quot;") == 0)
    expectPositive("#happy")
  }

  @Test func `hyphens and apostrophes do not hide a word`() {
    #expect(compound("a well-made, user-friendly tool") > 0.4)
    #expect(compound("'great'") == compound("great"))
    #expect(compound("‘great’") == compound("great"))
    #expect(compound("“great”…") == compound("great"))
    expectPositive("excellent.The rest is history")
  }

  @Test func `texts without words of worth are neutral`() {
    for text in ["The train leaves at nine.", "42", "Zug nach Wien", "電車は九時に出ます。", "поезд уходит", "القطار يغادر"] {
      let score = chain.score(text)
      #expect(score.compound == 0 && score.neutral == 1 && score.label == .neutral, "\(text)")
    }
  }

  @Test func `an empty text has no shares`() {
    for text in ["", " ", "\n\n", "...", "!?!", "@someone", "-- ,;"] {
      let score = chain.score(text)
      #expect(score.compound == 0 && score.label == .neutral, "\(text)")
      #expect(score.positive + score.neutral + score.negative == 0, "\(text)")
    }
  }

  @Test func `findings are named`() {
    var summary = SentimentSummary()
    let findings = chain.analyze("What a lovely day", into: &summary)
    #expect(findings.map(\.name) == ["compound", "positive", "neutral", "negative", "label"])
    #expect(findings.last?.value == .text("positive"))
    #expect(chain.name == "sentiment")
  }

  @Test func `a text is worth the same in whichever form its characters are stored`() {
    let text = "Très délicieux, c’était GREAT fun 🎉"
    let bridged = String(decoding: Array(text.utf16), as: UTF16.self)
    #expect(chain.score(text) == chain.score(bridged))
  }
}
