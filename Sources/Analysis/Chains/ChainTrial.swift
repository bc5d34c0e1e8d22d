/// A chain that works on texts one part after the other, with what it knows of them in memory: for whoever tries how long
/// texts take. A batch of a run costs more, by what it takes to read a checkpoint and to make the next; in small parts
/// that would be most of the time.
public final class ChainTrial {
  private let work: ([String]) -> [Result<[Finding], ChainError>]
  private let keep: () throws(ChainError) -> [UInt8]

  init<C: Chain>(_ chain: C) {
    let known = Known<C.Summary>()
    work = { texts in chain.results(of: texts, into: &known.summary) }
    keep = { () throws(ChainError) in try chain.checkpoint(of: known.summary) }
  }

  /// One result for each text, in their order.
  public func analyze(_ texts: [String]) -> [Result<[Finding], ChainError>] { work(texts) }

  /// What is known of all texts so far, for a batch that goes on from here.
  public func checkpoint() throws(ChainError) -> [UInt8] { try keep() }

  private final class Known<Summary: ChainSummary> {
    var summary = Summary()
  }
}
