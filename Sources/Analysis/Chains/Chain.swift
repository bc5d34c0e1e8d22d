/// What is done to each text of a column, and what comes of all of them together.
///
/// A chain has no state of its own, so that any number of workers may use one at once; what it learns goes to a
/// summary, of which each worker has one for its part of the rows.
public protocol Chain: Sendable {
  associatedtype Summary: ChainSummary

  /// By which runs ask for it: lower-case letters, digits and hyphens.
  var name: String { get }

  /// What comes of one text. The same text has the same findings whoever asks, in whichever order.
  ///
  /// - Throws: For a text that the chain cannot work on; the error belongs to this one item, and the run goes on.
  func analyze(_ text: String, into summary: inout Summary) throws -> [Finding]
}

/// What a chain knows of the texts that it has seen, in memory that does not grow with their number.
///
/// Its coding is its checkpoint: what was decoded goes on as if nothing had been in between.
public protocol ChainSummary: Codable, Sendable {
  init()

  /// Takes in what another learned of other texts. The order in which parts are merged makes no difference but
  /// rounding.
  mutating func merge(_ other: Self)

  /// What is known now.
  var findings: [Finding] { get }
}
