import Testing

@testable import HoldfastRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct `Plain links` {
  @Test func `bytes go both ways until one side ends`() throws {
    let (left, right) = try PlainLink.pair()
    #expect(try left.handshake() == .done)
    #expect(try left.receive() == nil)
    try left.send("there")
    #expect(try right.receive() == "there")
    try right.send("back")
    right.close()
    #expect(try left.receive() == "back")
    #expect(try left.receive() == "")
    #expect(!left.hasPending)
  }

  @Test func `writing to a peer that is gone is an error and no signal`() throws {
    let (left, right) = try PlainLink.pair()
    right.close()
    let error = #expect(throws: LinkError.self) { try left.send("x") }
    #expect(error?.code == .system)
    #expect(error?.cause?.code == EPIPE)
  }

  @Test func `a link that is full takes what it can and then says so`() throws {
    let (left, right) = try PlainLink.pair()
    let bytes = [UInt8](repeating: 7, count: 8 << 20)
    var sent = 0
    while case .bytes(let count) = try bytes.withUnsafeBytes({ try left.write($0) }) { sent += count }
    #expect(sent > 0)
    #expect(try right.receiveAll().count == sent)
  }

  @Test func `a closed link says that it is closed`() throws {
    let (left, _) = try PlainLink.pair()
    left.close()
    left.close()
    #expect(throws: LinkError.closed) { try left.receive() }
    #expect(throws: LinkError.closed) { try left.send("x") }
    #expect(throws: LinkError.closed) { try left.handshake() }
  }
}

extension ByteLink {
  /// Writes a text for which there is room.
  func send(_ text: String) throws {
    let result = try Array(text.utf8).withUnsafeBytes { try write($0) }
    #expect(result == .bytes(text.utf8.count))
  }

  /// What one read finds: nil when nothing has come, an empty text at the end.
  func receive() throws -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    switch try buffer.withUnsafeMutableBytes({ try read(into: $0) }) {
    case .bytes(let count): return String(decoding: buffer[..<count], as: UTF8.self)
    case .wouldBlock: return nil
    case .end: return ""
    }
  }

  /// Everything that has come.
  func receiveAll() throws -> [UInt8] {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try read(into: $0) }) {
      all += buffer[..<count]
    }
    return all
  }
}
