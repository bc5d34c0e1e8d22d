/// Every bound of this module, with its unit in its name or beside it.
package enum Limits {
  // MARK: Descriptions

  /// Bytes of an entity type's name.
  package static let typeBytes = 128

  /// Fields of an entity type.
  package static let fields = 1_000

  /// The highest number of a field, as in protobuf.
  package static let fieldNumber: UInt32 = 1 << 29 - 1

  // MARK: Operations

  /// Bytes of an entity's key.
  package static let keyBytes = 512

  /// Changes in an operation: a set may gain and lose elements at once.
  package static let changes = 2 * fields

  /// Bytes of an operation's changes, the values before included.
  package static let operationBytes = 1 << 20

  /// Bytes of an entity's state.
  package static let stateBytes = 1 << 20

  /// Operations that take effect together.
  package static let groupOperations = 128

  /// Bytes of the operations that take effect together.
  package static let groupBytes = 2 << 20

  // MARK: Clocks

  /// How far a device's clock may be ahead of the hub's before its readings are taken back to that, in microseconds.
  package static let clockAhead: Int64 = 60_000_000

  // MARK: Pulling

  /// Bytes of the name of a hub's history.
  package static let epochBytes = 32

  /// Filters of one replica.
  package static let filters = 1_000

  // MARK: Pushing

  /// Pushes that are under way at once.
  package static let pushes = 3

  /// Operations in a push. Of a long queue with keys in no order, each push changes so many pages of the indexes by key,
  /// on both sides, that more operations at once cost less each.
  package static let pushOperations = 512

  /// Pushes that go before a pull since operations were sent whose outcomes are not known.
  package static let pushesBeforePull = 4 * pushes

  /// How long something waits until it counts as urgent as the level above it.
  package static let urgencyStep = Duration.seconds(30)

  /// Bytes of operations in a push; a group that is larger goes alone.
  package static let pushBytes = 512 << 10
}
