/// Entries by word: open addressing, at most half full, so that a word that is not there mostly costs one look at
/// two bytes.
struct WordTable: Sendable {
  /// One more than the place of an entry; zero where there is none.
  private var slots: [UInt16]
  private var keys: [WordKey] = []
  private(set) var entries: [Lexicon.Entry] = []

  /// - Parameter capacity: entries that it may have, up to 32,767.
  init(capacity: Int) {
    precondition(capacity < 1 << 15, "a slot has 16 bits")
    var count = 16
    while count < 2 * capacity { count *= 2 }
    slots = Array(repeating: 0, count: count)
  }

  var count: Int { entries.count }

  @inline(__always)
  func find(_ key: WordKey) -> Lexicon.Entry? {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: key.hash) & mask
    while true {
      let place = Int(slots[slot])
      if place == 0 { return nil }
      if keys[place &- 1] == key { return entries[place &- 1] }
      slot = (slot &+ 1) & mask
    }
  }

  /// Changes the entry of a word, which is one that says nothing when the word is new.
  mutating func update(_ key: WordKey, _ change: (inout Lexicon.Entry) -> Void) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: key.hash) & mask
    while slots[slot] != 0, keys[Int(slots[slot]) - 1] != key { slot = (slot + 1) & mask }
    if slots[slot] == 0 {
      precondition(2 * entries.count < slots.count, "the table is full")
      keys.append(key)
      entries.append(Lexicon.Entry())
      slots[slot] = UInt16(entries.count)
    }
    change(&entries[Int(slots[slot]) - 1])
  }
}
