import HoldfastAnalysis

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads a file once, from its beginning to its end, and tells what is in its columns.
struct ProfileRun {
  let path: String
  /// What was said about the file; the rest is found out.
  let delimiter: UInt8?
  let encoding: CSVEncoding?
  let hasHeader: Bool?
  /// So many at most are looked at.
  let rows: Int
  let console: Console

  /// Bytes that are read at once, and that are looked at to find out how the file is written.
  private static let pieceBytes = 1 << 20

  func run() throws -> ProfiledFile {
    let file = try ProfiledInput(path)
    let before = try file.state()
    var piece = try file.read(Self.pieceBytes)
    guard !piece.isEmpty else { throw CommandFailure(.failed, "\(path) is empty: there is nothing to profile") }
    let dialect = try dialect(for: piece, isWhole: piece.count < Self.pieceBytes)
    var pieces = [piece]
    let names = try columns(file, dialect, &pieces)

    var reader = try usable { try CSVReader(dialect: dialect) }
    var profile = FileProfile(columns: names)
    let space = ProfileWorkspace()
    let bar = ProgressBar(path.split(separator: "/").last.map(String.init) ?? path, on: console)
    defer { bar.end() }
    var done = 0
    while true {
      piece = try pieces.isEmpty ? file.read(Self.pieceBytes) : pieces.removeFirst()
      try checkUnchanged(file, before)
      guard !piece.isEmpty, profile.rows < rows else { break }
      piece.withUnsafeBytes { bytes in
        reader.read(bytes) { profile.add($0, in: space, upTo: rows) }
      }
      done += piece.count
      bar.update(done: done, of: before.bytes)
    }
    if piece.isEmpty { reader.finish { profile.add($0, in: space, upTo: rows) } }
    try checkUnchanged(file, before, bytesRead: piece.isEmpty ? done : nil)
    return ProfiledFile(
      path: path, bytes: done, isWhole: piece.isEmpty && reader.rows == profile.rows, dialect: dialect,
      problems: reader.problems, rows: profile.rows, columns: profile.reports)
  }

  private func dialect(for beginning: [UInt8], isWhole: Bool) throws -> CSVDialect {
    let detection = try usable {
      try beginning.withUnsafeBytes { try CSVDetection.detect(prefix: $0, isWhole: isWhole) }
    }
    var dialect = detection.dialect
    if let delimiter { dialect.delimiter = delimiter }
    if let encoding { dialect.encoding = encoding }
    if let hasHeader { dialect.hasHeader = hasHeader }
    return dialect
  }

  /// The names of the columns, which the first record has. What is read for it is kept in `pieces`.
  private func columns(_ file: ProfiledInput, _ dialect: CSVDialect, _ pieces: inout [[UInt8]]) throws -> [String] {
    var reader = try usable { try CSVReader(dialect: dialect) }
    var place = 0
    while reader.header == nil {
      if place == pieces.count { pieces.append(try file.read(Self.pieceBytes)) }
      if pieces[place].isEmpty {
        reader.finish { _ in }
        break
      }
      pieces[place].withUnsafeBytes { bytes in reader.read(bytes) { _ in } }
      place += 1
    }
    guard let header = reader.header else { throw CommandFailure(.failed, "\(path) has no records") }
    return header.names
  }

  private func usable<Result: ~Copyable>(_ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch let error as CSVError {
      guard error.code == .unusableDialect else { throw CommandFailure(.failed, "\(path): \(error.message)") }
      throw CommandFailure(.usage, error.message, hint: "Give another --delimiter.")
    }
  }

  /// A profile of what was written meanwhile, or of half of one file and half of another, is none.
  ///
  /// - Parameter bytesRead: where the whole file was read, which is as long as it was at the beginning.
  private func checkUnchanged(
    _ file: ProfiledInput, _ before: ProfiledInput.State, bytesRead: Int? = nil
  ) throws {
    guard try file.state() == before, bytesRead == nil || before.bytes == 0 || bytesRead == before.bytes else {
      throw CommandFailure(
        .conflict, "\(path) was changed while it was read", hint: "Profile it again when nobody writes to it.")
    }
    guard file.isStillAtItsPath else {
      throw CommandFailure(
        .conflict, "\(path) was replaced by another file, or removed, while it was read", hint: "Profile it again.")
    }
  }
}
