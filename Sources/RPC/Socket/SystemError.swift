#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A system call that failed.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The system's number for what went wrong (`errno`), or the resolver's for a `getaddrinfo` that failed.
  public let code: Int32
  /// The call's name.
  public let call: String
  /// The system's words for the code.
  public let message: String

  public var description: String { "\(call): \(message) (\(code))" }

  /// The error that `errno` tells of: to be made right after the call.
  init(call: String) {
    self.init(code: errno, call: call)
  }

  init(code: Int32, call: String) {
    self.code = code
    self.call = call
    message = withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      let text = buffer.assumingMemoryBound(to: CChar.self)
      guard let start = text.baseAddress else { return "" }
      text.initialize(repeating: 0)
      return strerror_r(code, start, 255) == 0 ? String(cString: start) : "error \(code)"
    }
  }

  /// A failure of the resolver, which has numbers and words of its own.
  init(resolver code: Int32) {
    self.code = code
    call = "getaddrinfo"
    message = String(cString: gai_strerror(code))
  }

  static let alreadyRegistered = EEXIST

  /// Whether the process or the system has no descriptor left.
  var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
}
