/// What sequences of letters one language has, and how often.
struct NgramCounts {
  private var counts = NgramTable<Int32>(empty: 0)
  /// After each beginning: letters, and different ones.
  private var after = NgramTable<(total: Int32, kinds: Int32)>(empty: (0, 0))
  private let letters: Int

  init(_ text: [UInt8], letters: Int) {
    self.letters = letters
    for end in text.indices {
      for length in 1...NgramModel.order where end - length + 1 >= 0 {
        var context: UInt64 = 0
        for index in (end - length + 1)..<end { context = context << 8 | UInt64(text[index]) }
        let key = Self.key(context, UInt64(text[end]), length: length)
        var isNew = false
        counts.update(key) {
          isNew = $0 == 0
          $0 += 1
        }
        after.update(Self.key(context, length: length - 1)) {
          $0.total += 1
          if isNew { $0.kinds += 1 }
        }
      }
    }
  }

  var sequences: some Sequence<UInt64> { counts.keys.lazy.filter { $0 != 0 } }
  var beginnings: some Sequence<UInt64> { after.keys.lazy.filter { $0 != 0 } }

  /// Up to four letters of a byte each, and how many they are; never 0.
  static func key(_ context: UInt64, _ letter: UInt64, length: Int) -> UInt64 {
    UInt64(length + 1) << 32 | context << 8 | letter
  }
  static func key(_ letters: UInt64, length: Int) -> UInt64 { UInt64(length + 1) << 32 | letters }
  static func mask(_ letters: Int) -> UInt64 { (1 << (8 * UInt64(letters))) - 1 }

  func logarithm(of key: UInt64) -> Double { probability(of: key).logarithm() }

  private func probability(of key: UInt64) -> Double {
    let length = Int(key >> 32) - 1
    let sequence = key & 0xffff_ffff
    guard length > 1 else {
      let total = Double(after[Self.key(0, length: 0)]?.total ?? 0)
      return (Double(counts[key] ?? 0) + 0.1) / (total + 0.1 * Double(letters + 1))
    }
    let shorter = probability(of: Self.key(sequence & Self.mask(length - 1), length: length - 1))
    guard let context = after[Self.key(sequence >> 8, length: length - 1)] else { return shorter }
    let kinds = Double(context.kinds)
    return (Double(counts[key] ?? 0) + kinds * shorter) / (Double(context.total) + kinds)
  }

  /// The logarithm of the share that is left, after these letters, for what never came after them; 0 if they never
  /// came.
  func escape(from key: UInt64) -> Double {
    guard let context = after[key] else { return 0 }
    return (Double(context.kinds) / Double(context.total + context.kinds)).logarithm()
  }
}
