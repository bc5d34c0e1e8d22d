import HoldfastContract
import HoldfastSDK

/// What a device is told when it is started.
struct DeviceOptions: Sendable {
  /// Whoever syncs under it, all marks that it leaves begin with this.
  var name: String
  var replica: String
  /// The hub, or what stands before it.
  var hub: String
  /// Files: the hub's authority and a token.
  var authority: String
  var token: String
  var seed: UInt64
  /// Only tallies of this shelf are wanted, and sheets; nil for everything.
  var shelf: UInt32?

  static let space = "storm"

  init(
    name: String, replica: String, hub: String, authority: String, token: String, seed: UInt64, shelf: UInt32?
  ) {
    (self.name, self.replica, self.hub, self.authority) = (name, replica, hub, authority)
    (self.token, self.seed, self.shelf) = (token, seed, shelf)
  }

  /// As they stand on its command line.
  var words: [String] {
    [name, replica, hub, authority, token, String(seed)] + (shelf.map { [String($0)] } ?? [])
  }

  init?(_ words: some Collection<String>) {
    let words = Array(words)
    guard 6...7 ~= words.count, let seed = UInt64(words[5]) else { return nil }
    var shelf: UInt32?
    if words.count == 7 {
      guard let number = UInt32(words[6]) else { return nil }
      shelf = number
    }
    self.init(
      name: words[0], replica: words[1], hub: words[2], authority: words[3], token: words[4], seed: seed, shelf: shelf)
  }

  var filters: [EntityFilter] {
    guard let shelf else { return [] }
    return [
      EntityFilter(type: Tally.entityDescription.type, equal: Tally(number: 0, shelf: shelf).entityState),
      EntityFilter(type: Sheet.entityDescription.type),
    ]
  }
}
