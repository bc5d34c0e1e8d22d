internal import HoldfastCrypto
internal import HoldfastStore

/// What stands beside the database to tell whether its log is whole: the hub's signing key, the newest signed head of each
/// space, and the breaks that the hub itself has found.
struct AuditFiles: Sendable {
  private static let title = "holdfast-audit 1"

  private let folder: String
  private var key: String { folder + "/signing.key" }
  var heads: String { folder + "/heads" }
  var breaks: String { folder + "/breaks" }

  init(_ directory: HubDirectory) { folder = directory.audit }

  /// Whether a hub has begun here before.
  var hasKey: Bool { get throws(FileError) { try LocalFile.status(of: key) != nil } }

  /// The hub's signing key, made if it is missing.
  func signingKey() throws -> SigningKey {
    if try LocalFile.status(of: folder) == nil { try LocalFile.makeDirectory(folder, mode: 0o700) }
    if try hasKey {
      guard let seed = bytes(hex: try LocalFile.readText(key)) else {
        throw HubDirectoryError(
          "\(key) holds no key. Put it back from a backup, or remove it together with \(heads): what was signed before "
            + "can then no longer be checked.")
      }
      return try SigningKey(seed)
    }
    let new = try SigningKey.random()
    try LocalFile.replace(key, with: (new.withBytes { hex($0) } + "\n").utf8, mode: 0o600)
    return new
  }

  /// The heads, and the key that they say to be signed with; nil when there is no file.
  func readHeads() throws -> (key: VerifyingKey, heads: [AuditHead])? {
    guard try LocalFile.status(of: heads) != nil else { return nil }
    let lines = try LocalFile.readText(heads, limit: Limits.auditHeadsBytes).split(separator: "\n")
    guard let first = lines.first, first.hasPrefix(Self.title + " "),
      let key = bytes(hex: first.dropFirst(Self.title.count + 1))
    else { throw HubDirectoryError("\(heads) is not a file of signed heads, or is damaged.") }
    let read = try lines.dropFirst().map { line in
      guard let head = AuditHead(line: line) else {
        throw HubDirectoryError("\(heads) is damaged: \"\(line.prefix(40))…\" is no signed head.")
      }
      return head
    }
    return (try VerifyingKey(key), read)
  }

  func write(_ heads: some Sequence<AuditHead>, signedBy key: SigningKey) throws {
    let lines = ["\(Self.title) \(hex(key.verifyingKey.bytes))"] + heads.map(\.line)
    try LocalFile.replace(self.heads, with: (lines.joined(separator: "\n") + "\n").utf8, mode: 0o644)
  }

  /// What the hub has found when it began, a line each.
  func readBreaks() throws -> [String] {
    guard try LocalFile.status(of: breaks) != nil else { return [] }
    return try LocalFile.readText(breaks, limit: Limits.auditHeadsBytes).split(separator: "\n").map(String.init)
  }

  func add(breaks new: [String]) throws {
    let lines = try readBreaks() + new
    try LocalFile.replace(breaks, with: (lines.joined(separator: "\n") + "\n").utf8, mode: 0o644)
  }
}
