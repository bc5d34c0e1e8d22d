import HoldfastCrypto

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where certificates or a key in PEM text come from.
public enum PEMSource: Hashable, Sendable {
  case bytes([UInt8])
  /// A file, read when the context is made.
  case file(String)

  /// The text itself.
  public static func text(_ text: String) -> PEMSource { .bytes(Array(text.utf8)) }

  /// The PEM text. Reading a file blocks.
  func load() throws(CryptoError) -> [UInt8] {
    switch self {
    case .bytes(let bytes): return bytes
    case .file(let path):
      do {
        return try System.contents(ofFile: path, atMost: Limits.pemFileBytes)
      } catch {
        throw CryptoError(.unreadable, "\(path) cannot be read: \(error.message).")
      }
    }
  }
}

extension System {
  /// Reads a small file whole. Throws EFBIG when it has more than `limit` bytes.
  static func contents(ofFile path: String, atMost limit: Int) throws(SystemError) -> [UInt8] {
    let fd = try call("open") { open(path, O_RDONLY | O_CLOEXEC) }
    defer { close(fd) }
    var contents: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      guard case .bytes(let count) = try transfer("read", { read(fd, &piece, piece.count) }), count > 0 else {
        return contents
      }
      contents += piece[..<count]
      if contents.count > limit { throw SystemError(code: EFBIG, call: "read") }
    }
  }
}
