import HoldfastCache
import Testing

/// Bytes of many kinds: noise, text of few words, runs, and what repeats from near and far.
private func sample(_ seed: Int) -> [UInt8] {
  var random = SeededGenerator(state: UInt64(seed))
  let count = Int.random(in: 0...(seed % 50 == 0 ? 150_000 : [15, 70, 400, 3_000][seed % 4]), using: &random)
  var bytes: [UInt8] = []
  let letters = UInt8([1, 3, 20, 255][seed / 4 % 4])
  while bytes.count < count {
    let rest = count - bytes.count
    switch Int.random(in: 0..<5, using: &random) {
    case 0:
      bytes += (0..<min(rest, Int.random(in: 1...40, using: &random))).map { _ in .random(in: 0...255, using: &random) }
    case 1:
      let byte = UInt8.random(in: 0...letters, using: &random)
      bytes += Array(repeating: byte, count: min(rest, 1 << Int.random(in: 0...11, using: &random)))
    case 2 where !bytes.isEmpty:
      let distance = Int.random(in: 1...bytes.count, using: &random)
      for _ in 0..<min(rest, Int.random(in: 1...600, using: &random)) { bytes.append(bytes[bytes.count - distance]) }
    default:
      bytes += (0..<min(rest, Int.random(in: 1...30, using: &random))).map { _ in
        .random(in: 0...letters, using: &random)
      }
    }
  }
  return bytes
}

struct `LZ4 blocks` {
  @Test func `of the reference and of ours are read by both`() throws {
    let samples = (0..<2_400).map(sample)
    let ours = try samples.map { try #require(LZ4.compress($0, limit: .max)) }
    let theirs = try ReferenceLZ4.compress(samples)
    try #require(theirs.count == samples.count)
    let readByThem = try ReferenceLZ4.decompress(zip(ours, samples).map { ($0, $1.count) })
    try #require(readByThem.count == samples.count)
    for (seed, bytes) in samples.enumerated() {
      try #require(readByThem[seed] == bytes, "seed \(seed)")
      try #require(LZ4.decompress(#require(theirs[seed]), count: bytes.count) == bytes, "seed \(seed)")
      try #require(LZ4.decompress(ours[seed], count: bytes.count) == bytes, "seed \(seed)")
    }
    // Nearly as small, on the whole.
    let (size, reference) = (ours.reduce(0) { $0 + $1.count }, theirs.reduce(0) { $0 + ($1?.count ?? 0) })
    #expect(Double(size) < Double(reference) * 1.1, "\(size) bytes against \(reference)")
  }

  @Test func `keep the rules for the end of a block`() throws {
    // Whoever decodes fast relies on the last five bytes being literals, and on no match in the last twelve.
    for count in 0..<60 {
      let bytes = [UInt8](repeating: 7, count: count)
      let block = try #require(LZ4.compress(bytes, limit: .max))
      #expect(try LZ4.decompress(block, count: count) == bytes)
      #expect(block.suffix(min(5, count)).allSatisfy { $0 == 7 })
    }
  }

  @Test func `end where the limit is passed`() throws {
    let bytes = sample(50)
    let size = try #require(LZ4.compress(bytes, limit: .max)?.count)
    #expect(LZ4.compress(bytes, limit: size)?.count == size)
    #expect(LZ4.compress(bytes, limit: size - 1) == nil)
    #expect(LZ4.compress(bytes, limit: 0) == nil)
  }

  @Test func `that are none are refused, each for its reason`() {
    func fault(_ block: [UInt8], _ count: Int) -> LZ4.Fault? {
      do throws(LZ4.Fault) {
        _ = try LZ4.decompress(block, count: count)
        return nil
      } catch {
        return error
      }
    }
    #expect(fault([], 0) == .truncated)
    #expect(fault([0], 0) == nil)
    #expect(fault([0x10, 65], 1) == nil)
    #expect(fault([0x10, 65], 2) == .size)
    #expect(fault([0x10, 65], 0) == .size)
    #expect(fault([0x20, 65], 2) == .truncated)
    #expect(fault([0xf0], 15) == .truncated)
    #expect(fault([0xf0, 255, 255], 900) == .truncated)
    // A match with nothing before it, from before the beginning, and from where it is itself.
    #expect(fault([0x00, 1, 0, 0], 4) == .distance)
    #expect(fault([0x10, 65, 2, 0, 0], 5) == .distance)
    #expect(fault([0x10, 65, 0, 0, 0], 5) == .distance)
    #expect(fault([0x10, 65, 1], 5) == .truncated)
    #expect(fault([0x1f, 65, 1, 0], 5) == .truncated)
    // A match that is longer than what is to be, by a count that goes on and on.
    #expect(fault([0x1f, 65, 1, 0] + Array(repeating: 255, count: 2_000) + [0], 20) == .size)
    // A last sequence that announces a match.
    #expect(fault([0x11, 65], 1) == .size)
  }

  /// Never a trap, and nothing that the reference reads otherwise.
  @Test func `with changed bytes are refused, or read as the reference reads them`() throws {
    var cases: [(block: [UInt8], count: Int)] = []
    for seed in 0..<3_000 where seed % 50 != 0 {
      var random = SeededGenerator(state: UInt64(seed))
      let bytes = sample(seed)
      var block = try #require(LZ4.compress(bytes, limit: .max))
      for _ in 0...Int.random(in: 0..<3, using: &random) where !block.isEmpty {
        let place = Int.random(in: 0..<block.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: block[place] = .random(in: 0...255, using: &random)
        case 1: block[place] = 255
        case 2: block.removeSubrange(place...)
        default: block.insert(.random(in: 0...255, using: &random), at: place)
        }
      }
      cases.append((block, max(0, bytes.count + [0, 0, 1, -1][seed % 4])))
    }
    let theirs = try ReferenceLZ4.decompress(cases)
    try #require(theirs.count == cases.count)
    var read = 0
    for (number, (block, count)) in cases.enumerated() {
      guard let bytes = try? LZ4.decompress(block, count: count) else { continue }
      try #require(bytes.count == count)
      // The reference's is shorter where the block is, and it insists on the rules for the end.
      if let reference = theirs[number], reference.count == count {
        try #require(bytes == reference, "case \(number)")
        read += 1
      }
    }
    #expect(read > 20)
  }

  @Test func `of noise are refused or read, whatever it is`() {
    for seed in 0..<20_000 {
      var random = SeededGenerator(state: UInt64(seed))
      let block = (0..<Int.random(in: 0..<64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let count = Int.random(in: 0..<300, using: &random)
      if let bytes = try? LZ4.decompress(block, count: count) { #expect(bytes.count == count) }
    }
  }
}

struct `Packed bytes` {
  @Test func `are what was packed, and smaller where that can be`() {
    for seed in 0..<300 {
      let bytes = sample(seed)
      #expect(PackedBytes(bytes, threshold: 64).bytes == bytes)
    }
    let text = Array(String(repeating: "the same again, ", count: 1_000).utf8)
    let packed = PackedBytes(text)
    #expect(packed.storedBytes < text.count / 20)
    #expect(packed.bytes == text)
  }

  @Test func `stay as they are where there are few, or where packing saves little`() {
    let small = Array(repeating: UInt8(7), count: 4_095)
    #expect(PackedBytes(small).storedBytes == 4_095)
    var random = SeededGenerator(state: 1)
    let noise = (0..<10_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    #expect(PackedBytes(noise).storedBytes == 10_000)
    #expect(PackedBytes(noise).bytes == noise)
  }
}
