import Testing

@testable import HoldfastWire

final class OutboxTests {
  private static let piece = Limits.frameBodyBytes

  private var outbox = Outbox()

  private func item(_ stream: UInt32, _ size: Int) {
    outbox.append(.item, on: StreamID(rawValue: stream), message: Raw(count: size, seed: Int(stream)))
  }

  private func takeAll() -> [Frame] { outbox.takeAll() }
  private func discard(_ stream: StreamID) -> Int { outbox.discard(stream) }
  private var waiting: Int { outbox.waiting }

  /// What leaves now, up to `target` bytes.
  private func leaving(upTo target: Int = .max) -> [String] {
    outbox.fill(upTo: target)
    var bytes: [UInt8] = []
    outbox.ready.withBytes { bytes += $0 }
    outbox.ready.consume(bytes.count)
    return Frame.all(in: bytes).map(\.description)
  }

  @Test func `what fits in a frame leaves as one`() {
    item(1, 0)
    item(1, Self.piece)
    #expect(leaving() == ["ITEM 1 0", "ITEM 1 16384"])
    #expect(waiting == 0)
  }

  @Test func `a large message leaves in pieces that make it up`() {
    item(1, 2 * Self.piece + 5)
    let frames = takeAll()
    #expect(frames.map(\.description) == ["ITEM 1 16384…", "ITEM 1 16384…", "ITEM 1 5"])
    #expect(frames.flatMap(\.body) == Raw(count: 2 * Self.piece + 5, seed: 1).encoded())
    #expect(waiting == 0)
  }

  @Test func `large messages take turns and small ones do not wait for them`() {
    item(1, 3 * Self.piece)
    item(2, 3 * Self.piece)
    item(3, 1)
    #expect(
      leaving() == [
        "ITEM 1 16384…", "ITEM 2 16384…", "ITEM 3 1", "ITEM 1 16384…", "ITEM 2 16384…", "ITEM 1 16384", "ITEM 2 16384",
      ])
  }

  @Test func `what follows a large message on its stream waits behind it`() {
    item(1, 2 * Self.piece)
    item(1, 7)
    outbox.append(.end, on: 1)
    outbox.append(.end, on: 2)
    #expect(leaving() == ["ITEM 1 16384…", "END 2", "ITEM 1 16384", "ITEM 1 7", "END 1"])
  }

  @Test func `credit and cancel do not wait behind a large message of their stream`() {
    item(1, 2 * Self.piece)
    outbox.append(.credit, on: 1, head: FrameHead(credit: 5))
    outbox.append(.cancel, on: 1)
    #expect(leaving() == ["ITEM 1 16384…", "CREDIT 1 5", "CANCEL 1", "ITEM 1 16384"])
  }

  @Test func `the first piece leaves in its place, so that streams open in ascending order`() {
    for stream in 1...20 as ClosedRange<UInt32> {
      outbox.append(.call, on: StreamID(rawValue: stream), message: Raw(count: stream % 3 == 0 ? 40_000 : 4))
    }
    var opened: [StreamID] = []
    for frame in takeAll() where !opened.contains(frame.stream) { opened.append(frame.stream) }
    #expect(opened == (1...20).map { StreamID(rawValue: $0) })
  }

  @Test func `pieces are made ready up to the target only`() {
    for stream in 1...4 as ClosedRange<UInt32> { item(stream, 10 * Self.piece) }
    outbox.fill()
    let ready = outbox.ready.count
    #expect(ready >= Limits.readyBytes)
    #expect(ready <= Limits.readyBytes + Self.piece + FrameHeader.size)
  }

  @Test func `only a few messages go beyond their first piece at once`() {
    for stream in 1...30 as ClosedRange<UInt32> { item(stream, (2 + Int(stream) % 5) * Self.piece) }
    _ = outbox.discard(3)
    var begun: [StreamID: Int] = [:]
    for frame in takeAll() {
      begun[frame.stream, default: 0] += 1
      if !frame.hasMore { begun[frame.stream] = nil }
      #expect(begun.values.count { $0 > 1 } <= Limits.unfinishedMessages)
    }
    // Of stream 3 only the first piece had left.
    #expect(begun == [3: 1])
  }

  @Test func `discarding forgets what has not left and tells what it had cost`() {
    item(1, 3 * Self.piece)
    item(1, 10)
    outbox.append(.end, on: 1)
    item(2, 2 * Self.piece)
    let cost = discard(1)
    #expect(cost == 2 * (Self.piece + 64) + 10 + 64)
    #expect(leaving() == ["ITEM 1 16384…", "ITEM 2 16384…", "ITEM 2 16384"])
    #expect(waiting == 0)
    #expect(discard(1) == 0)
  }

  @Test func `a discarded message makes room for those that wait`() {
    for stream in 1...9 as ClosedRange<UInt32> { item(stream, 4 * Self.piece) }
    _ = leaving(upTo: 8 * Self.piece)
    for stream in 1...8 as ClosedRange<UInt32> { _ = outbox.discard(StreamID(rawValue: stream)) }
    #expect(leaving() == ["ITEM 9 16384…", "ITEM 9 16384…", "ITEM 9 16384"])
    #expect(waiting == 0)
  }

  @Test func `a thousand messages behind a large one leave in order`() {
    item(1, 2 * Self.piece)
    for size in 0..<1000 { item(1, size % 7) }
    #expect(takeAll().dropFirst(2).map(\.body.count) == (0..<1000).map { $0 % 7 })
    #expect(waiting == 0)
  }

  @Test func `the buffer keeps its bytes through growth and partial sends`() {
    var random = Seeded(5)
    var expected: [UInt8] = []
    var seen: [UInt8] = []
    for round in 0..<2000 {
      let bytes = (0..<random.below(300)).map { UInt8(truncatingIfNeeded: $0 &+ round) }
      expected += bytes
      if !bytes.isEmpty { outbox.ready.append(bytes.count) { $0.copyBytes(from: bytes) } }
      let count = random.below(outbox.ready.count + 1)
      outbox.ready.withBytes { seen += $0.prefix(count) }
      outbox.ready.consume(count)
    }
    outbox.ready.withBytes { seen += $0 }
    #expect(seen == expected)
  }
}
