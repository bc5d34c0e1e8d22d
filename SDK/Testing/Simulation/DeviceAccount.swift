internal import HoldfastSDK

/// What the users of a device have done and were told that it is kept. A value, so that it goes back in time with a
/// backup.
struct DeviceAccount {
  /// Words that they have appended, with the operation that does it.
  var words: [TallyWork.Word: UInt64] = [:]
  /// Those that were given up.
  var cancelled: Set<TallyWork.Word> = []
  /// Operations that were queued.
  var positions: Set<UInt64> = []
  /// Entities whose rows were damaged, and that nobody has seen to be whole since.
  var damaged: Set<EntityRef> = []
  /// Entities that were taken away to save room.
  var pruned: Set<EntityRef> = []
}
