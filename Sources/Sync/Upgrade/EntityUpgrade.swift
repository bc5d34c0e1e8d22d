/// What becomes of the fields of an entity from one version to the next: plain data that is generated from the steps of
/// its definition.
public struct EntityUpgrade: Hashable, Sendable {
  /// The version that the step starts from; it leads to the next.
  public let version: UInt32
  /// Fields that are no more: what is done to them is left out.
  public let drops: [UInt32]
  /// Fields that have another number: what is done to them is done there.
  public let moves: [Move]

  public struct Move: Hashable, Sendable {
    public let from: UInt32
    public let to: UInt32

    public init(from: UInt32, to: UInt32) {
      self.from = from
      self.to = to
    }
  }

  public init(version: UInt32, drops: [UInt32] = [], moves: [Move] = []) {
    self.version = version
    self.drops = drops
    self.moves = moves
  }
}
