import COpenSSL

/// OpenSSL could not do what it was asked, or was given something that is not what it should be.
public struct CryptoError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure. More may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) {
      self.description = description
    }

    /// The input is not of the form that it should have.
    public static let malformed = Code("malformed")
    /// The request makes no sense, such as a certificate for no host.
    public static let invalidRequest = Code("invalidRequest")
    /// A file cannot be read.
    public static let unreadable = Code("unreadable")
    /// OpenSSL failed.
    public static let failed = Code("failed")
  }

  public let code: Code
  /// What failed, with what OpenSSL says about it.
  public let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The error that OpenSSL's queue tells of, which is empty afterwards.
  package static func fromQueue(_ what: String, code: Code = .failed) -> CryptoError {
    let reasons = OpenSSLErrors.takeAll()
    return CryptoError(code, reasons.isEmpty ? what : "\(what): \(reasons)")
  }

  public var description: String { "\(code): \(message)" }
}

/// The calling thread's queue of OpenSSL errors.
package enum OpenSSLErrors {
  /// Empties the queue and returns what it said, oldest first.
  package static func takeAll() -> String {
    var reasons: [String] = []
    while true {
      let code = ERR_get_error()
      if code == 0 { break }
      if let reason = ERR_reason_error_string(code) {
        reasons.append(String(cString: reason))
      } else {
        reasons.append("error \(code)")
      }
    }
    return reasons.joined(separator: ", ")
  }
}
