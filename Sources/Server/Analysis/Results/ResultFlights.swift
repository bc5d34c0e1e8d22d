/// Which columns wait for another of the same key that is being analysed, so that the work is done once.
struct ResultFlights {
  private var leaders: [ResultKey: LeasedColumn] = [:]
  private var keys: [LeasedColumn: ResultKey] = [:]
  private var followers: [LeasedColumn: [EnteringColumn]] = [:]

  /// Whether the column has to be worked on: it is the first of its key, or none that may wait.
  mutating func join(_ entering: EnteringColumn) -> Bool {
    guard let key = entering.key else { return true }
    guard let leader = leaders[key] else {
      leaders[key] = entering.column
      keys[entering.column] = key
      return true
    }
    guard entering.mayAdopt, leader != entering.column else { return true }
    keys[entering.column] = key
    followers[leader, default: []].append(entering)
    return false
  }

  /// The column needs nobody any longer.
  /// - Returns: those that have waited for it.
  mutating func leave(_ column: LeasedColumn) -> [EnteringColumn] {
    guard let key = keys.removeValue(forKey: column), let leader = leaders[key] else { return [] }
    guard leader == column else {
      followers[leader]?.removeAll { $0.column == column }
      return []
    }
    leaders[key] = nil
    let waiting = followers.removeValue(forKey: column) ?? []
    for follower in waiting { keys[follower.column] = nil }
    return waiting
  }
}
