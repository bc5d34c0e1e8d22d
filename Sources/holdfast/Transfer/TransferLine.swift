import HoldfastContract
import HoldfastCrypto
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A line of an exported space: a JSON object.
///
///     {"holdfast_export":1,"space":"notes","prefix":"","cursor":"…"}
///     {"key":"a","version":7,"updated":"…","content":"text"}      or "content_base64", and "type", "subject", "expires" where there are
///     {"key":"film","version":8,"updated":"…","size":9000000}     its content is in the lines that follow
///     {"piece_base64":"…"}
///     {"listed":true}                                             what follows has changed meanwhile, in order
///     {"key":"a","version":9,"updated":"…","content":"news"}
///     {"deleted":"b"}
///     {"end":true,"values":3,"sha256":"…"}                        of all lines before
enum TransferLine {
  case head(TransferHead)
  /// A value; its content is here, unless pieces of `size` bytes in all follow.
  case value(HoldfastContract.Value, size: Int?)
  case piece([UInt8])
  case listed
  case deleted(String)
  case end(values: Int, sha256: String)

  /// With the line feed at its end.
  var bytes: [UInt8] { Array(json.text.utf8) + [UInt8(ascii: "\n")] }

  private var json: JSON {
    switch self {
    case .head(let head):
      [
        "holdfast_export": 1, "space": .string(head.space), "prefix": .string(head.prefix),
        "cursor": .string(base64URL(head.cursor)),
      ]
    case .value(let value, let size):
      if let size {
        .object(JSON.members(of: value, withContent: false) + [("size", .integer(size))])
      } else {
        JSON(value)
      }
    case .piece(let bytes): ["piece_base64": .string(Data(bytes).base64EncodedString())]
    case .listed: ["listed": true]
    case .deleted(let key): ["deleted": .string(key)]
    case .end(let values, let hash): ["end": true, "values": .integer(values), "sha256": .string(hash)]
    }
  }

  /// Reads a line without its line feed. Nil when it is none of an export.
  init?(_ line: [UInt8]) {
    guard let form = try? JSONDecoder().decode(Form.self, from: Data(line)), let line = Self(form) else { return nil }
    self = line
  }

  /// All that a line may have.
  private struct Form: Decodable {
    var export: Int?
    var space: String?
    var prefix: String?
    var cursor: String?
    var key: String?
    var version: UInt64?
    var type: String?
    var subject: String?
    var expires: String?
    var content: String?
    var contentBase64: String?
    var size: Int?
    var pieceBase64: String?
    var listed: Bool?
    var deleted: String?
    var end: Bool?
    var values: Int?
    var sha256: String?

    private enum CodingKeys: String, CodingKey {
      case export = "holdfast_export"
      case space, prefix, cursor, key, version, type, subject, expires, content, size, listed, deleted, end, values,
        sha256
      case contentBase64 = "content_base64"
      case pieceBase64 = "piece_base64"
    }
  }

  private init?(_ form: Form) {
    if let key = form.key {
      var value = HoldfastContract.Value(key: key, version: form.version ?? 0, type: form.type ?? "")
      value.subject = form.subject ?? ""
      if let text = form.expires {
        guard let expires = Self.timestamp(text) else { return nil }
        value.expires = expires
      }
      if let size = form.size {
        guard size >= 0 else { return nil }
        self = .value(value, size: size)
        return
      }
      if let text = form.content {
        value.content = Array(text.utf8)
      } else {
        guard let bytes = form.contentBase64.flatMap({ Data(base64Encoded: $0) }) else { return nil }
        value.content = Array(bytes)
      }
      self = .value(value, size: nil)
    } else if let text = form.pieceBase64 {
      guard let bytes = Data(base64Encoded: text) else { return nil }
      self = .piece(Array(bytes))
    } else if let key = form.deleted {
      self = .deleted(key)
    } else if form.listed == true {
      self = .listed
    } else if form.end == true {
      guard let values = form.values, let hash = form.sha256 else { return nil }
      self = .end(values: values, sha256: hash)
    } else {
      guard form.export == 1, let space = form.space, let prefix = form.prefix,
        let cursor = form.cursor.flatMap({ HoldfastCrypto.bytes(base64URL: $0) })
      else { return nil }
      self = .head(TransferHead(space: space, prefix: prefix, cursor: cursor))
    }
  }
}

extension TransferLine {
  /// Reads what `Timestamp.text` writes.
  private static func timestamp(_ text: String) -> Timestamp? {
    guard let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)) else {
      return nil
    }
    let (seconds, milliseconds) = Int64((date.timeIntervalSince1970 * 1_000).rounded())
      .quotientAndRemainder(dividingBy: 1_000)
    return Timestamp(seconds: seconds, nanoseconds: Int32(milliseconds) * 1_000_000)
  }
}

/// What the first line of an export says.
struct TransferHead: Equatable {
  var space: String
  /// How its keys begin.
  var prefix: String
  /// Of a watch: what has changed after this is behind the values that were listed.
  var cursor: [UInt8]
}

/// Why a file is no export that can be taken.
struct TransferError: Error, CommandFailureConvertible {
  let message: String
  let hint: String

  var commandFailure: CommandFailure { CommandFailure(.failed, message, hint: hint) }
}
