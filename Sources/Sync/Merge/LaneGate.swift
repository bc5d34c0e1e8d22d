/// Which operations of a push have to wait, since an earlier one in a lane of theirs was not done.
///
/// The hub makes one for each push.
package struct LaneGate {
  private var closed: Set<Lane> = []

  package init() {}

  /// Whether nothing stands before the operation in its lanes.
  package func isOpen(_ lanes: [Lane]) -> Bool {
    closed.isDisjoint(with: lanes)
  }

  /// An operation in these lanes was not done, and so none behind it is.
  package mutating func close(_ lanes: [Lane]) {
    closed.formUnion(lanes)
  }
}
