import HoldfastStore

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Where a replica's file is: a file that turns up elsewhere is a copy.
enum FilePlace {
  /// Makes the file (0600) unless it exists, and says where it is: on which machine, in which file system, and which
  /// file there.
  static func prepare(_ path: String) throws(StoreError) -> [UInt8] {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw StoreError(.cannotOpen, "cannot open \(path): \(String(cString: strerror(errno)))", engineCode: errno)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else {
      throw StoreError(.cannotOpen, "cannot look at \(path): \(String(cString: strerror(errno)))", engineCode: errno)
    }
    return machine + Array("/\(status.st_dev)/\(status.st_ino)".utf8)
  }

  /// What tells this machine from others.
  private static var machine: [UInt8] {
    if let identity = read("/etc/machine-id"), !identity.isEmpty { return identity }
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return [] }
    return name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  }

  private static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = Glibc.read(file, &bytes, bytes.count)
    return count < 0 ? nil : Array(bytes.prefix(count).filter { $0 > 0x20 })
  }
}
