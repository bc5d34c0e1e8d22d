import HoldfastContract
import HoldfastCrypto
import HoldfastStore

/// Reads an export: values as wholes, whether they lie in one line or in pieces.
struct TransferReader: ~Copyable {
  enum Item {
    case head(TransferHead)
    case value(HoldfastContract.Value)
    /// The values that follow have changed while those before were listed.
    case listed
    case deleted(String)
    case end(values: Int, sha256: String)
  }

  let path: String
  private var lines: LineReader
  private var number = 0
  /// Of the lines of all items that were taken.
  private var hash: SHA256
  /// Whether these are all that the file has before them.
  private var hasAll = true
  /// Where the last item that was taken ends.
  private(set) var offset = 0

  init(_ path: String) throws {
    let lines = try LineReader(path)
    let hash = try SHA256()
    self.path = path
    self.lines = lines
    self.hash = hash
  }

  /// The next item; nil where nothing more was written whole.
  mutating func next() throws -> Item? {
    guard let first = try lines.next() else { return nil }
    number += 1
    switch TransferLine(first) {
    case .head(let head): return took(.head(head), first)
    case .value(let value, nil): return took(.value(value), first)
    case .value(var value, let size?):
      var taken = [first]
      while value.content.count < size {
        guard let line = try lines.next() else { return nil }
        number += 1
        guard case .piece(let bytes) = TransferLine(line), value.content.count + bytes.count <= size else {
          throw damaged
        }
        value.content += bytes
        taken.append(line)
      }
      return took(.value(value), taken)
    case .listed: return took(.listed, first)
    case .deleted(let key): return took(.deleted(key), first)
    case .end(let values, let sum): return try end(values, sum)
    case .piece, nil: throw damaged
    }
  }

  /// Goes on from where an item ends, in a file whose checksum is known to be right.
  mutating func skip(to offset: Int) throws(FileError) {
    try lines.skip(to: offset)
    self.offset = offset
    hasAll = false
  }

  /// The hash of all that was taken, to be gone on with.
  consuming func takeHash() -> SHA256 { hash }

  private mutating func took(_ item: Item, _ lines: [UInt8]...) -> Item { took(item, lines) }

  private mutating func took(_ item: Item, _ lines: [[UInt8]]) -> Item {
    for line in lines {
      hash.update(line)
      hash.update([UInt8(ascii: "\n")])
    }
    offset = self.lines.offset
    return item
  }

  private mutating func end(_ values: Int, _ sum: String) throws -> Item {
    var whole = try SHA256()
    swap(&whole, &hash)
    guard hex(whole.finish()) == sum || !hasAll else {
      throw TransferError(message: "\(path) is not what was exported: its checksum differs", hint: "Export again.")
    }
    offset = lines.offset
    return .end(values: values, sha256: sum)
  }

  private var damaged: TransferError {
    TransferError(message: "\(path): line \(number) is none of an export", hint: "Export again to another file.")
  }
}
