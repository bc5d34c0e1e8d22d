import FoundationEssentials
import TestSupport
import Testing

@testable import HoldfastWire

/// The frames of `Protocol/Vectors/frames.jsonl`, which clients in other languages check themselves against too.
struct VectorTests {
  @Test func `every good frame says what its vector says, and is written as the same bytes`() throws {
    let vectors = try Vector.all().filter { $0.error == nil }
    for vector in vectors {
      let frames = Frame.all(in: vector.bytes)
      try #require(frames.count == 1, "\(vector.name)")
      let frame = frames[0]
      #expect(frame.type == vector.frameType, "\(vector.name)")
      #expect(frame.stream.rawValue == vector.stream, "\(vector.name)")
      #expect(frame.hasMore == vector.more, "\(vector.name)")
      let (fields, body) = try Fields.reading(frame, isFailure: vector.fields?.failure != nil)
      #expect(fields == vector.fields, "\(vector.name)")
      #expect(body == frame.body, "\(vector.name)")
      #expect(frame.bytes == vector.bytes, "\(vector.name)")
    }
    // Every type of frame is among them.
    #expect(Set(vectors.map(\.frameType)).count == 14)
  }

  @Test func `every bad frame ends the session with its vector's code`() throws {
    let vectors = try Vector.all().filter { $0.error != nil }
    #expect(vectors.count > 40)
    for vector in vectors { #expect(vector.code == vector.error, "\(vector.name)") }
  }
}

private struct Vector: Decodable {
  struct Part: Decodable {
    var bytes: [UInt8]
    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      let once = try [UInt8](hex: values.decode(String.self))
      bytes = Array(repeatElement(once, count: try values.decode(Int.self)).joined())
    }
  }

  var name: String
  var hex: String?
  var parts: [Part]?
  var type: String?
  var stream: UInt32?
  var more: Bool?
  var fields: Fields?
  var to: String?
  var state: String?
  var error: String?

  var bytes: [UInt8] { hex.map { [UInt8](hex: $0) } ?? parts?.flatMap(\.bytes) ?? [] }

  var frameType: FrameType {
    type == "RESERVED"
      ? .reserved : FrameType(rawValue: (1...13).first { FrameType(rawValue: $0).description == type } ?? 0)
  }

  static func all() throws -> [Vector] {
    let text = try String(contentsOfFile: Repository.path("Protocol/Vectors/frames.jsonl"), encoding: .utf8)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try text.split(separator: "\n").map { try decoder.decode(Vector.self, from: Data($0.utf8)) }
  }

  /// The code with which a session ends that hears this: a server or client that is new, or that is open with call 1
  /// made, whose items follow.
  var code: String? {
    do {
      var offset = 0
      let bytes = bytes
      let isNew = state == "new"
      if to == "server" {
        var session = ServerSession(bounds: .minimum, agent: "hub", now: MonotonicTime(nanoseconds: 0))
        let greeting = isNew ? [] : Frame.hello().bytes + Frame.call(1, items: true).bytes
        for bytes in [greeting, bytes] {
          offset = 0
          try scan(bytes, &offset) { header, body throws(SessionError) in
            if case .hello = try session.receive(header, body, at: MonotonicTime(nanoseconds: 0)) {
              session.welcome(principal: "x")
            }
          }
        }
      } else {
        var session = ClientSession(bounds: .minimum, agent: "test", now: MonotonicTime(nanoseconds: 0))
        _ = session.open(CallHead(method: MethodID(rawValue: 7169), hasItems: true))
        for bytes in [isNew ? [] : Frame.welcome().bytes, bytes] {
          offset = 0
          try scan(bytes, &offset) { header, body throws(SessionError) in
            _ = try session.receive(header, body, at: MonotonicTime(nanoseconds: 0))
          }
        }
      }
      return nil
    } catch {
      return error.code.description
    }
  }

  private func scan(
    _ bytes: [UInt8], _ offset: inout Int,
    _ take: (FrameHeader, UnsafeRawBufferPointer) throws(SessionError) -> Void
  ) throws(SessionError) {
    try bytes.withUnsafeBytes { bytes in
      Result { () throws(SessionError) in
        while let (header, body) = try FrameScanner.next(in: bytes, at: &offset) { try take(header, body) }
      }
    }.get()
  }
}

/// What a vector says about a frame's body; each type of frame has some of these.
private struct Fields: Decodable, Equatable {
  struct Limits: Decodable, Equatable {
    var streams: UInt32
    var messageBytes: UInt32
    var streamCredit: UInt32
    var connectionCredit: UInt32
  }
  struct Reason: Decodable, Equatable {
    var message: String
    var package: String
    var number: UInt32
    var payload: String
    var retryAfterMs: Int64?
    var notBegun: Bool
  }

  var minor: UInt32?
  var agent: String?
  var limits: Limits?
  var token: String?
  var principal: String?
  var expiresMs: Int64?
  var pacingMs: Int64?
  var method: UInt64?
  var flags: UInt64?
  var timeLeft: UInt64?
  var metadata: [String: String]?
  var message: String?
  var status: UInt32?
  var failure: Reason?
  var credit: UInt64?
  var data: String?
  var text: String?
  var lastStream: UInt32?
  var code: UInt32?

  /// What the frame says, and the body written anew from that.
  static func reading(_ frame: Frame, isFailure: Bool) throws -> (Fields, [UInt8]) {
    var fields = Fields()
    let body = frame.body
    switch frame.type {
    case .hello:
      let hello = try Hello(decoding: body)
      (fields.minor, fields.agent, fields.token) = (hello.minor, hello.agent, hello.token)
      fields.limits = Limits(hello.limits)
      return (fields, hello.encoded())
    case .welcome:
      let welcome = try Welcome(decoding: body)
      (fields.minor, fields.agent, fields.principal) = (welcome.minor, welcome.agent, welcome.principal)
      fields.limits = Limits(welcome.limits)
      (fields.expiresMs, fields.pacingMs) = (welcome.expires?.milliseconds, welcome.pacing.milliseconds)
      return (fields, welcome.encoded())
    case .call:
      let (head, message) = try body.withUnsafeBytes { bytes throws in
        let (head, message) = try CallHead.read(bytes)
        return (head, Array(message))
      }
      (fields.method, fields.flags, fields.timeLeft) = (
        head.method.rawValue, head.hasItems ? 1 : 0, head.timeoutOnWire
      )
      (fields.metadata, fields.message) = ((head.metadata ?? Metadata()).hex, message.hex)
      return (fields, FrameHead(call: head).bytes + message)
    case .reply:
      let (head, message) = try body.withUnsafeBytes { bytes throws in
        let (head, message) = try ReplyHead.read(bytes)
        return (head, Array(message))
      }
      (fields.status, fields.metadata) = (head.status.rawValue, (head.metadata ?? Metadata()).hex)
      let written = FrameHead(reply: head.status, metadata: head.metadata).bytes
      guard isFailure else {
        fields.message = message.hex
        return (fields, written + message)
      }
      let failure = try Failure(decoding: message)
      fields.failure = Reason(
        message: failure.message, package: failure.package, number: failure.number, payload: failure.payload.hex,
        retryAfterMs: failure.retryAfter?.milliseconds, notBegun: failure.notBegun)
      return (fields, written + failure.encoded())
    case .item:
      fields.message = body.hex
      return (fields, body)
    case .credit:
      let credit = try body.withUnsafeBytes { try frame.header.credit(in: $0) }
      fields.credit = credit
      return (fields, FrameHead(credit: Int(credit)).bytes)
    case .ping, .pong:
      let probe = try body.withUnsafeBytes { try frame.header.probe(in: $0) }
      fields.data = body.hex
      return (fields, withUnsafeBytes(of: probe.littleEndian) { Array($0) })
    case .authenticate:
      let auth = try Authenticate(decoding: body)
      (fields.token, fields.status, fields.text) = (auth.token, auth.status, auth.message)
      fields.expiresMs = auth.expires?.milliseconds
      return (fields, auth.encoded())
    case .drain:
      let drain = try Drain(decoding: body)
      (fields.lastStream, fields.text, fields.pacingMs) = (drain.lastStream, drain.reason, drain.pacing.milliseconds)
      return (fields, drain.encoded())
    case .fail:
      let goodbye = try Goodbye(decoding: body)
      (fields.code, fields.text, fields.lastStream) = (goodbye.code, goodbye.message, goodbye.lastStream)
      fields.pacingMs = goodbye.pacing.milliseconds
      return (fields, goodbye.encoded())
    default: return (fields, [])
    }
  }
}

extension Fields.Limits {
  fileprivate init(_ limits: SessionLimits) {
    self.init(
      streams: limits.streams, messageBytes: limits.messageBytes, streamCredit: limits.streamCredit,
      connectionCredit: limits.connectionCredit)
  }
}

extension FrameHead {
  fileprivate var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    bytes.withUnsafeMutableBytes { write(to: $0) }
    return bytes
  }
}

extension Metadata {
  fileprivate var hex: [String: String] { entries.mapValues(\.hex) }
}

extension Duration {
  fileprivate var milliseconds: Int64 { saturatingNanoseconds / 1_000_000 }
}

extension [UInt8] {
  fileprivate var hex: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  fileprivate init(hex: String) {
    let digits = hex.utf8.map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
    self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
