import HoldfastContract
import HoldfastCrypto
import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that an export grows in: `FILE.part`, which becomes `FILE` with its last line.
struct ExportFile: ~Copyable {
  /// How far an export has come.
  struct Progress {
    var head: TransferHead?
    /// The last value that was listed.
    var lastKey: String?
    var isListed = false
    var values = 0

    fileprivate mutating func note(_ key: String) {
      values += 1
      if !isListed { lastKey = key }
    }
  }

  private static let pieceBytes = 512 << 10

  private let path: String
  private let file: FileDescriptor
  private var hash: SHA256
  /// In the file, and on their way there.
  private(set) var bytes: Int
  private(set) var progress = Progress()
  private var waiting: [UInt8] = []

  /// Makes the file, or finds how far it was written. What was not written whole is cut off.
  init(_ path: String) throws {
    let file = try FileDescriptor.open(path, O_RDWR | O_CREAT, mode: 0o600, verb: "write")
    var progress = Progress()
    var reader = try TransferReader(path)
    while let item = try reader.next() {
      switch item {
      case .head(let head): progress.head = head
      case .value(let value): progress.note(value.key)
      case .listed: progress.isListed = true
      case .deleted, .end: break
      }
    }
    try file.truncate(to: reader.offset, path)
    self.path = path
    self.file = file
    self.progress = progress
    bytes = reader.offset
    hash = reader.takeHash()
  }

  mutating func begin(_ head: TransferHead) throws {
    progress.head = head
    try add(.head(head))
    try sync()
  }

  mutating func add(_ value: HoldfastContract.Value) throws {
    if value.content.count <= Self.pieceBytes {
      try add(.value(value, size: nil))
    } else {
      try add(.value(value, size: value.content.count))
      for start in stride(from: 0, to: value.content.count, by: Self.pieceBytes) {
        try add(.piece(Array(value.content[start..<min(start + Self.pieceBytes, value.content.count)])))
      }
    }
    progress.note(value.key)
  }

  mutating func add(deletedKey key: String) throws { try add(.deleted(key)) }

  /// What follows has changed while the values before were listed.
  mutating func endList() throws {
    progress.isListed = true
    try add(.listed)
    try sync()
  }

  private mutating func add(_ line: TransferLine) throws {
    let bytes = line.bytes
    hash.update(bytes)
    self.bytes += bytes.count
    waiting += bytes
    if waiting.count >= Self.pieceBytes { try write() }
  }

  /// Sees to it that all so far is on the disk.
  mutating func sync() throws {
    try write()
    try file.sync(path)
  }

  private mutating func write() throws {
    try file.write(waiting, path)
    waiting.removeAll(keepingCapacity: true)
  }

  /// Writes the last line, and gives the file its name.
  consuming func finish(as name: String) throws {
    let end = TransferLine.end(values: progress.values, sha256: hex(hash.finish())).bytes
    try file.write(waiting + end, path)
    try file.sync(path)
    try LocalFile.move(path, to: name)
  }
}
