#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file that closes when it goes.
struct FileDescriptor: ~Copyable {
  let number: Int32

  static func open(
    _ path: String, _ flags: Int32, mode: UInt32 = 0, verb: String
  ) throws(FileError) -> FileDescriptor {
    while true {
      #if canImport(Glibc)
        let number = Glibc.open(path, flags | O_CLOEXEC, mode_t(mode))
      #else
        let number = Darwin.open(path, flags | O_CLOEXEC, mode_t(mode))
      #endif
      if number >= 0 { return FileDescriptor(number: number) }
      if errno != EINTR { throw FileError(verb, path) }
    }
  }

  deinit { close(number) }

  func readAll(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      #if canImport(Glibc)
        let count = chunk.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress, $0.count) }
      #else
        let count = chunk.withUnsafeMutableBytes { Darwin.read(number, $0.baseAddress, $0.count) }
      #endif
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("read", path)
      }
      bytes += chunk[..<count]
      if bytes.count > limit { throw FileError("\(path) is larger than \(limit) bytes", code: 0) }
    }
  }

  func write(_ bytes: [UInt8], _ path: String) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      #if canImport(Glibc)
        let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
      #else
        let count = rest.withUnsafeBytes { Darwin.write(number, $0.baseAddress, $0.count) }
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("write", path)
      }
      rest = rest.dropFirst(count)
    }
  }
}
