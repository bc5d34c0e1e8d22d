import Testing

@testable import HoldfastWire

struct FrameHeadTests {
  private func written(_ head: FrameHead) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: head.size)
    bytes.withUnsafeMutableBytes { head.write(to: $0) }
    return bytes
  }

  @Test func `the head of a CALL is method, flags, time left and metadata`() throws {
    var head = CallHead(method: MethodID(service: 7, method: 1), hasItems: true, timeout: .milliseconds(300))
    #expect(written(FrameHead(call: head)) == [0x81, 0x38, 1, 0xAC, 0x02, 0])
    head.metadata = Metadata(entries: ["a": Array("b".utf8)])
    let bytes = written(FrameHead(call: head)) + [9, 9]
    let (read, message) = try bytes.withUnsafeBytes { bytes throws in
      let (head, message) = try CallHead.read(bytes)
      return (head, Array(message))
    }
    #expect(read == head)
    #expect(message == [9, 9])
  }

  @Test func `time left travels in whole milliseconds, rounded up, never as none`() {
    func onWire(_ timeout: Duration?) -> UInt64 {
      CallHead(method: MethodID(rawValue: 1), timeout: timeout).timeoutOnWire
    }
    #expect(onWire(nil) == 0)
    #expect(onWire(.zero) == 1)
    #expect(onWire(.seconds(-5)) == 1)
    #expect(onWire(.nanoseconds(1)) == 1)
    #expect(onWire(.nanoseconds(1_000_001)) == 2)
    #expect(onWire(.seconds(2)) == 2000)
    #expect(onWire(.seconds(Int64.max)) == Limits.longestTimeout)
    // The last second whose milliseconds would still fit in 64 bits.
    #expect(onWire(.seconds(18_446_744_073_709_551) + .milliseconds(700)) == Limits.longestTimeout)
  }

  @Test func `a call ends so long after it has come, or never, and the end of time is not passed`() {
    func end(_ timeout: Duration?, from start: UInt64) -> MonotonicTime? {
      CallHead(method: MethodID(rawValue: 1), timeout: timeout).deadline(from: MonotonicTime(nanoseconds: start))
    }
    #expect(end(nil, from: 5) == nil)
    #expect(end(.milliseconds(2), from: 5) == MonotonicTime(nanoseconds: 2_000_005))
    #expect(end(.milliseconds(2), from: .max - 5) == .distantFuture)
    #expect(end(.seconds(Int64.max), from: 0) == MonotonicTime(nanoseconds: Limits.longestTimeout * 1_000_000))
  }

  @Test func `flags without a meaning are ignored and an endless time is cut`() throws {
    let bytes = Frame.varint(1) + Frame.varint(0xFE) + Frame.varint(.max) + [0]
    let head = try bytes.withUnsafeBytes { try CallHead.read($0).head }
    #expect(!head.hasItems)
    #expect(head.timeout == .milliseconds(Limits.longestTimeout))
  }

  @Test func `a head that ends early or lies about its metadata is an error`() {
    let whole = Frame.call(1, timeout: 300).body
    for count in 0..<whole.count {
      #expect(throws: SessionError.self) { try Array(whole[..<count]).withUnsafeBytes { _ = try CallHead.read($0) } }
    }
    let lying: [[UInt8]] = [
      [1, 0, 0, 5, 1], [1, 0, 0] + Frame.varint(.max), [1, 0, 0, 1, 0xFF],
      [1, 0, 0] + Frame.varint(UInt64(Limits.metadataBytes + 1))
        + [UInt8](repeating: 0, count: Limits.metadataBytes + 1),
      [UInt8](repeating: 0xFF, count: 40),
    ]
    for bytes in lying {
      #expect(throws: SessionError.self) { try bytes.withUnsafeBytes { _ = try CallHead.read($0) } }
    }
  }

  @Test func `a status beyond all numbers is still a status`() throws {
    let bytes = Frame.varint(.max) + [0]
    let head = try bytes.withUnsafeBytes { try ReplyHead.read($0).head }
    #expect(head.status.rawValue == .max)
  }
}
