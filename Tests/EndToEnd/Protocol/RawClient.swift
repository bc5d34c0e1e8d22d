import Foundation
import TestSupport

/// Speaks frames to a hub by hand: every byte is put together here, after Protocol/Specification.md.
final class RawClient {
  struct Frame: Equatable {
    var type: UInt8
    var more = false
    var stream: UInt32 = 0
    var body: [UInt8] = []

    var bytes: [UInt8] {
      let length = body.count
      return [UInt8(length & 255), UInt8(length >> 8 & 255), UInt8(length >> 16), type | (more ? 0x80 : 0)]
        + (0..<4).map { UInt8(truncatingIfNeeded: stream >> ($0 * 8)) } + body
    }
  }

  /// The server has closed, or what it sent ends in the middle of a frame.
  struct Closed: Error { var left: Int }

  let peer: TLSPeer
  private var buffer: [UInt8] = []

  init(_ hub: HubProcess, _ options: TLSPeer.Options = TLSPeer.Options()) throws {
    peer = try TLSPeer(hub.address, authority: hub.data + "/tls/ca.pem", options)
  }

  /// Connects and shows the admin token; returns when the server has sent its welcome and the frame after it.
  static func welcomed(by hub: HubProcess) throws -> RawClient {
    let client = try RawClient(hub)
    try client.send(hello(token: try adminToken(of: hub)))
    guard try client.next().type == 2, try client.next().type == 0x70 else { throw Closed(left: 0) }
    return client
  }

  static func adminToken(of hub: HubProcess) throws -> String {
    try String(contentsOfFile: hub.data + "/admin.token", encoding: .utf8).trimmingCharacters(in: .newlines)
  }

  // MARK: Sending

  func send(_ frames: Frame...) throws { try peer.send(frames.flatMap(\.bytes)) }

  static func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }

  /// A field of bytes.
  static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(bytes.count) + bytes
  }

  /// `Hello` with the minimum limits.
  static func hello(token: String) -> Frame {
    Frame(type: 1, body: field(2, Array("raw/1".utf8)) + field(4, Array(token.utf8)))
  }

  static func call(_ stream: UInt32, _ method: Int, items: Bool = false, timeLeft: Int = 0, _ request: [UInt8] = [])
    -> Frame
  {
    Frame(type: 3, stream: stream, body: varint(method) + [items ? 1 : 0] + varint(timeLeft) + [0] + request)
  }

  /// `Payload` of the diagnostics service.
  static func payload(_ content: [UInt8]) -> [UInt8] { content.isEmpty ? [] : field(1, content) }

  // MARK: Receiving

  /// The next frame.
  func next() throws -> Frame {
    while true {
      if let frame = takeFrame() { return frame }
      let bytes = try peer.receive()
      guard !bytes.isEmpty else { throw Closed(left: buffer.count) }
      buffer += bytes
    }
  }

  private func takeFrame() -> Frame? {
    guard buffer.count >= 8 else { return nil }
    let length = Int(buffer[0]) | Int(buffer[1]) << 8 | Int(buffer[2]) << 16
    guard buffer.count >= 8 + length else { return nil }
    let stream = (0..<4).reduce(UInt32(0)) { $0 | UInt32(buffer[4 + $1]) << ($1 * 8) }
    let frame = Frame(
      type: buffer[3] & 0x7F, more: buffer[3] & 0x80 != 0, stream: stream, body: Array(buffer[8..<(8 + length)]))
    buffer.removeFirst(8 + length)
    return frame
  }

  /// The next frame that is no CREDIT.
  func nextBesideCredit() throws -> Frame {
    while true {
      let frame = try next()
      if frame.type != 7 { return frame }
    }
  }

  /// Reads to the FAIL and the close after it; its code.
  func farewell() throws -> Int {
    var frame = try next()
    while frame.type != 13 { frame = try next() }
    // The code is the first field and small; a code of 0 is not written.
    return frame.body.first == 0x08 ? Int(frame.body[1]) : 0
  }

  /// Whether the server closes after what has been read.
  func isClosed() -> Bool {
    do {
      while true { _ = try next() }
    } catch is Closed {
      return true
    } catch {
      return false
    }
  }
}
