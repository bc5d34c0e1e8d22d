import Foundation

struct HTTPRequest: Sendable {
  let method: String
  let url: URL
  let headers: [String: String]
  let body: [UInt8]?
}

struct HTTPReply: Sendable {
  let status: Int
  /// By their names in lower case.
  let headers: [String: String]
  let body: [UInt8]

  subscript(name: String) -> String? { headers[name.lowercased()] }
}

/// Why there is no reply. Says nothing of the request but what went wrong with it.
struct HTTPFailure: Error, Sendable, CustomStringConvertible {
  enum Kind: Sendable {
    case cancelled, timedOut, unreachable, untrusted, tooLarge, unexpected, redirection
  }

  let kind: Kind
  let description: String

  init(_ kind: Kind, _ description: String) { (self.kind, self.description) = (kind, description) }

  static let cancelled = HTTPFailure(.cancelled, "the request was cancelled")
  static let unexpected = HTTPFailure(.unexpected, "the answer is none to what was asked")
}
