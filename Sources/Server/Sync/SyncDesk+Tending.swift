package import HoldfastStore

extension SyncDesk {
  /// Cuts a piece off the start of a space's log, with the tombstones that go with it: what housekeeping does in its time,
  /// for whoever steps the hub.
  ///
  /// - Parameters:
  ///   - count: changes that the log keeps
  ///   - now: changes from this moment on stay, too
  /// - Returns: whether there was something to cut.
  package func cutLog(
    of name: String, to count: Int64, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Bool {
    guard let space = try SpaceEnds.find(name, transaction) else { return false }
    var settings = PersistenceSettings()
    settings.changesKeptCount = count
    settings.outcomesKept = .zero
    let limits = LogLimits(settings, now: Moment(microseconds: now))
    guard let cut = try LogCut.next(of: space.id, limits, transaction) else { return false }
    try cut.perform(on: transaction.shared(SpaceLedger.self).openAccount(named: name, transaction), transaction)
    return true
  }
}
