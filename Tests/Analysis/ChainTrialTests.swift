import HoldfastAnalysis
import Testing

struct `A trial of a chain` {
  private let catalog = ChainCatalog.standard
  private let texts = ["A wonderful day, anna@example.com!", "", "It was not good.", "Der Zug kommt um neun."]

  @Test(arguments: ChainCatalog.standard.names)
  func `finds what a batch finds, in whatever parts`(chain: String) throws {
    let trial = try catalog.trial(of: chain)
    let found = trial.analyze([texts[0]]) + trial.analyze([]) + trial.analyze(Array(texts[1...]))
    let batch = try catalog.analyze(texts, with: chain, from: [])
    #expect(found == batch.results)
    // A batch that goes on from there knows as much as one that did it all.
    let next = try catalog.analyze(["And more."], with: chain, from: trial.checkpoint())
    #expect(next.summary == (try catalog.analyze(texts + ["And more."], with: chain, from: [])).summary)
  }

  @Test func `of a chain that is none says which there are`() {
    let error = #expect(throws: ChainError.self) { try catalog.trial(of: "mood") }
    #expect(error?.code == .unknownChain)
    #expect(error?.message.contains("sentiment") == true)
  }
}
