@testable import HoldfastWire

/// A frame as bytes, put together by hand, so that mistakes can be made.
struct Frame: Equatable {
  var type: FrameType
  var stream: StreamID = .connection
  var hasMore = false
  var body: [UInt8] = []

  var header: FrameHeader { FrameHeader(length: body.count, type: type, hasMore: hasMore, stream: stream) }

  var bytes: [UInt8] {
    let length = UInt32(body.count)
    let word: [UInt8] = [
      UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8),
      UInt8(truncatingIfNeeded: length >> 16),
      type.rawValue | (hasMore ? 0x80 : 0),
    ]
    return word + (0..<4).map { UInt8(truncatingIfNeeded: stream.rawValue >> ($0 * 8)) } + body
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }

  // MARK: Frames of a client

  static func hello(_ hello: Hello = Hello(agent: "test/1")) -> Frame { Frame(type: .hello, body: hello.encoded()) }

  /// A CALL of method 7.1.
  static func call(
    _ stream: UInt32, items: Bool = false, timeout: UInt64 = 0, metadata: [UInt8] = [], _ message: [UInt8] = [],
    more: Bool = false
  ) -> Frame {
    Frame(
      type: .call, stream: StreamID(rawValue: stream), hasMore: more,
      body: varint(7 << 10 | 1) + [items ? 1 : 0] + varint(timeout) + varint(UInt64(metadata.count)) + metadata
        + message)
  }

  // MARK: Frames of a server

  static func welcome(_ welcome: Welcome = Welcome(agent: "hub/1", limits: SessionLimits(streams: 100))) -> Frame {
    Frame(type: .welcome, body: welcome.encoded())
  }

  static func reply(_ stream: UInt32, _ status: Status = .ok, _ message: [UInt8] = [], more: Bool = false) -> Frame {
    Frame(
      type: .reply, stream: StreamID(rawValue: stream), hasMore: more,
      body: varint(UInt64(status.rawValue)) + [0] + message)
  }

  static func drain(_ last: UInt32) -> Frame { Frame(type: .drain, body: Drain(lastStream: last).encoded()) }

  // MARK: Frames of both

  /// A further piece of a message that has begun.
  static func piece(_ type: FrameType, _ stream: UInt32, _ bytes: [UInt8], more: Bool = false) -> Frame {
    Frame(type: type, stream: StreamID(rawValue: stream), hasMore: more, body: bytes)
  }

  static func item(_ stream: UInt32, _ bytes: [UInt8] = [], more: Bool = false) -> Frame {
    .piece(.item, stream, bytes, more: more)
  }

  static func end(_ stream: UInt32) -> Frame { .piece(.end, stream, []) }
  static func cancel(_ stream: UInt32) -> Frame { .piece(.cancel, stream, []) }
  static func credit(_ stream: UInt32, _ bytes: UInt64) -> Frame { .piece(.credit, stream, varint(bytes)) }
  static func ping(_ probe: UInt8) -> Frame { Frame(type: .ping, body: [probe, 0, 0, 0, 0, 0, 0, 0]) }
  static func pong(_ probe: UInt8) -> Frame { Frame(type: .pong, body: [probe, 0, 0, 0, 0, 0, 0, 0]) }
  static func auth(_ answer: Authenticate) -> Frame { Frame(type: .authenticate, body: answer.encoded()) }
  static func fail(_ goodbye: Goodbye) -> Frame { Frame(type: .fail, body: goodbye.encoded()) }
}

extension Frame: CustomStringConvertible {
  /// One line for transcripts: `CREDIT 1 131072`, `ITEM 3 16384 bytes…`.
  var description: String {
    let place = "\(type)" + (stream == .connection ? "" : " \(stream)")
    switch type {
    case .credit: return "\(place) \(number(at: 0))"
    case .ping, .pong: return "\(place) \(body.first ?? 0)"
    case .reply where isHead: return "\(place) \(Status(rawValue: UInt32(number(at: 0)))) \(size(body.count - 2))"
    case .drain: return "\(place) up to \((try? Drain(decoding: body))?.lastStream ?? 0)"
    case .fail:
      let goodbye = (try? Goodbye(decoding: body)) ?? Goodbye()
      return "\(place) \(SessionError.Code(rawValue: goodbye.code)), last \(goodbye.lastStream)"
    case .item, .call, .reply: return "\(place) \(size(body.count))"
    case .hello, .welcome, .authenticate, .end, .cancel: return place
    default: return type.rawValue >= 0x70 ? "reserved" : place
    }
  }

  /// Whether a REPLY begins with this frame: its further pieces are made of bytes above the statuses in these tests.
  private var isHead: Bool { body.count >= 2 && body[0] <= 16 && body[1] == 0 }

  private func size(_ count: Int) -> String { "\(count)" + (hasMore ? "…" : "") }

  private func number(at start: Int) -> UInt64 {
    var value: UInt64 = 0
    for (index, byte) in body[start...].enumerated() {
      value |= UInt64(byte & 0x7F) << UInt64(index * 7)
      if byte < 0x80 { break }
    }
    return value
  }

  /// All frames that stand in `bytes`.
  static func all(in bytes: [UInt8]) -> [Frame] {
    bytes.withUnsafeBytes { bytes in
      var frames: [Frame] = []
      var offset = 0
      while let (header, body) = try? FrameScanner.next(in: bytes, at: &offset) {
        frames.append(
          Frame(type: header.type, stream: header.stream, hasMore: header.hasMore, body: Array(body)))
      }
      return frames
    }
  }
}

extension Outbox {
  /// Takes everything out that is to be sent, all pieces included.
  mutating func takeAll() -> [Frame] {
    var bytes: [UInt8] = []
    while !isEmpty {
      fill()
      ready.withBytes { bytes += $0 }
      ready.consume(ready.count)
    }
    return Frame.all(in: bytes)
  }
}
