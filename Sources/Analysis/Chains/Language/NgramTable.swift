/// Values by sequences of letters: a hash table without removal, as short a way from a key to its value as there is.
struct NgramTable<Value: Sendable>: Sendable {
  /// 0 where nothing is; no key is 0.
  private(set) var keys: [UInt64]
  private var values: [Value]
  private let empty: Value
  private var count = 0

  /// - Parameter empty: What stands where nothing is.
  init(empty: Value) {
    self.empty = empty
    keys = Array(repeating: 0, count: 64)
    values = Array(repeating: empty, count: 64)
  }

  /// The value of a key; nil if there is none.
  subscript(_ key: UInt64) -> Value? {
    let slot = slot(of: key)
    return keys[slot] == key ? values[slot] : nil
  }

  /// Changes the value of a key, which is the empty one at first.
  mutating func update(_ key: UInt64, _ change: (inout Value) -> Void) {
    if count * 2 >= keys.count { grow() }
    let slot = slot(of: key)
    if keys[slot] != key {
      keys[slot] = key
      count += 1
    }
    change(&values[slot])
  }

  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    // Fibonacci hashing: the high bits of the product are mixed best.
    var slot = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
    while keys[slot] != key, keys[slot] != 0 { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = (keys, values)
    keys = Array(repeating: 0, count: old.0.count * 2)
    values = Array(repeating: empty, count: old.0.count * 2)
    for (key, value) in zip(old.0, old.1) where key != 0 {
      let slot = slot(of: key)
      keys[slot] = key
      values[slot] = value
    }
  }
}
