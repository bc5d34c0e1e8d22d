/// One numbered step of the schema's history.
public struct Migration: Sendable {
  public typealias Body = @Sendable (borrowing WriteTransaction) throws -> Void
  /// Works on from `progress` (0 at first) and returns the new progress, or nil when nothing is left.
  public typealias Step = @Sendable (borrowing WriteTransaction, _ progress: Int64) throws -> Int64?

  /// Counts from 1 without a gap.
  public let number: Int
  /// What it does, in a few words; recorded, and compared at every start.
  public let name: String
  let work: Work
  let revert: Body?
  let check: Body?

  enum Work {
    case once(Body)
    case stepwise(Step)
  }

  /// A migration that runs in one transaction.
  /// - Parameters:
  ///   - revert: undoes it, where the data allows that.
  ///   - check: throws unless the result is as it should be; it runs before the commit, so nothing wrong is kept.
  public init(
    _ number: Int, _ name: String, check: Body? = nil, revert: Body? = nil, _ body: @escaping Body
  ) {
    self.init(number, name, .once(body), check, revert)
  }

  /// A long migration: `step` runs again and again, each time in a transaction of its own that also records the
  /// progress, and goes on from there after a restart.
  public init(
    _ number: Int, _ name: String, check: Body? = nil, revert: Body? = nil, step: @escaping Step
  ) {
    self.init(number, name, .stepwise(step), check, revert)
  }

  private init(_ number: Int, _ name: String, _ work: Work, _ check: Body?, _ revert: Body?) {
    self.number = number
    self.name = name
    self.work = work
    self.check = check
    self.revert = revert
  }
}
