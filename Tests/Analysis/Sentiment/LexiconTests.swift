import Testing

@testable import HoldfastAnalysis

struct LexiconTests {
  private func entry(_ word: String) -> Lexicon.Entry? { Lexicon.english.words.find(WordKey(word.utf8)) }

  @Test func `every word is written once`() {
    var seen: Set<Substring> = []
    let texts = [
      Lexicon.praise, Lexicon.blame, Lexicon.slang, Lexicon.pictures, Lexicon.phrases,
    ]
    for line in texts.flatMap({ $0.split(separator: "\n") }) {
      for word in line.split(separator: " ").dropFirst() {
        let isWord = word.first?.isLetter == true
        let stem = isWord ? word.prefix { $0 != "/" } : word
        #expect(seen.insert(stem).inserted, "\(stem) is written twice")
      }
    }
  }

  @Test func `no word is longer than a key, and worth is within bounds`() {
    let texts = [Lexicon.praise, Lexicon.blame, Lexicon.slang, Lexicon.pictures, Lexicon.phrases, Lexicon.modifiers]
    for line in texts.flatMap({ $0.split(separator: "\n") }) {
      for word in line.split(separator: " ").dropFirst() {
        for part in word.prefix(while: { $0 != "/" }).split(separator: "_") {
          #expect(part.utf8.count <= WordKey.longest, "\(part)")
        }
      }
    }
    #expect(Lexicon.english.words.entries.allSatisfy { (-40...40).contains($0.worth) })
    #expect(Lexicon.english.words.count > 6_000)
  }

  @Test func `forms follow the rules of spelling`() {
    let lexicon = Lexicon([
      "2 try/v hug/w happy/aln nice/aln big/b simple/l kiss/s bake/r full/l",
      "2 basic/l amaze/vi agree/v die/v treat/m",
    ])
    let words = [
      "tries", "tried", "trying", "hugs", "hugged", "hugging", "happier", "happiest", "happily", "happiness", "nicer",
      "nicest", "nicely", "niceness", "bigger", "biggest", "simply", "kisses", "baker", "bakers", "fully", "basically",
      "amazed", "amazing", "amazingly", "agreed", "agreeing", "died", "dying", "treatment", "treatments",
    ]
    for word in words { #expect(lexicon.words.find(WordKey(word.utf8))?.worth == 20, "\(word)") }
  }

  @Test func `what is written holds against what is formed`() {
    let lexicon = Lexicon(["3 kind/al", "-2 kinder\n1 kindly"])
    #expect(lexicon.words.find(WordKey("kinder".utf8))?.worth == -20)
    #expect(lexicon.words.find(WordKey("kindly".utf8))?.worth == 10)
    #expect(lexicon.words.find(WordKey("kindest".utf8))?.worth == 30)
  }

  @Test func `a word may have a worth and a role`() {
    let damn = entry("damn")
    #expect((damn?.worth ?? 0) < 0 && (damn?.intensity ?? 0) > 0)
    #expect(entry("not")?.roles.contains(.negation) == true)
    #expect(entry("kiss")?.roles.contains(.start) == true)
    #expect(entry("qwxz") == nil)
  }

  @Test func `keys of words and phrases differ`() {
    let (good, morning) = (WordKey("good".utf8), WordKey("morning".utf8))
    #expect(good.followed(by: morning) != morning.followed(by: good))
    #expect(WordKey("ab".utf8) != WordKey("ba".utf8))
    #expect(WordKey("a".utf8) != WordKey("aa".utf8))
    #expect(WordKey("congratulations".utf8) != WordKey("congratulation".utf8))
  }
}
