/// A space has durably reached a sequence.
public struct CommitNotice: Sendable, Hashable {
  public var space: Int64
  public var sequence: Int64

  public init(space: Int64, sequence: Int64) {
    self.space = space
    self.sequence = sequence
  }
}
