/// What is to become of an operation.
package enum Verdict: Hashable, Sendable {
  /// The entity's row becomes this one. `isNews`: the device cannot know all of it and has to be told.
  case apply(EntityRow, isNews: Bool)
  /// Nothing is left to change.
  case superseded(isNews: Bool)
  /// A person or the program has to decide about these fields; all of them when the whole entity is at stake.
  case conflict([UInt32])
  /// The entity has been erased.
  case gone
  /// The operation makes no sense, or the entity would become too large.
  case rejected(SyncError)
}
