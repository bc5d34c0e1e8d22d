internal import HoldfastContract
package import HoldfastCrypto
internal import HoldfastStore
package import HoldfastWire

/// The trail of all changes that a hub has made, checked from outside: its directory is read, and nothing else is asked.
/// The hub may run meanwhile.
///
/// Each change's digest follows from the one before it, and the newest is signed at intervals and kept beside the database.
/// So a change that was altered, taken out or put in shows by itself, and one that is missing at the end by what is signed.
/// Who could write all of it anew, signing key included, is found only by who has noted the verifying key elsewhere.
package struct AuditTrail {
  /// Something that is not as the hub wrote it.
  package struct Finding: Sendable, Hashable {
    package let space: String
    /// The change; nil where it is not about one.
    package var sequence: Int64?
    package var key: [UInt8]?
    package var who: String?
    package var at: Timestamp?
    package let problem: String
  }

  package struct Report: Sendable {
    package var spaces = 0
    /// Links of chains that were checked.
    package var changes = 0
    /// Values, of context as well, that are what the log says was written.
    package var values = 0
    /// Signed heads that were found in the logs.
    package var heads = 0
    /// The key by which they are signed; nil where nothing is.
    package var key: VerifyingKey?
    package var findings: [Finding] = []
    /// Whether there are more findings than are listed.
    package var hasMore = false

    mutating func add(_ finding: Finding) {
      if findings.count < Limits.auditFindings { findings.append(finding) } else { hasMore = true }
    }
  }

  private let files: AuditFiles
  private let reader: FileReader

  /// - Throws: what says why the directory is not that of a hub, or cannot be read.
  package init(of directory: HubDirectory) throws {
    guard try LocalFile.status(of: directory.database) != nil else {
      throw HubDirectoryError("\(directory.path) holds no data of a hub.")
    }
    files = AuditFiles(directory)
    reader = try FileReader(path: directory.database)
  }

  /// Checks all of it.
  ///
  /// - Parameters:
  ///   - key: by which the heads have to be signed; that which stands beside them unless given.
  ///   - progress: told how many changes have been checked, of how many.
  package func verify(
    key: VerifyingKey? = nil, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> Report {
    var report = Report()
    for line in try files.readBreaks() { report.add(Self.finding(ofBreak: line)) }
    var heads = try readHeads(key, &report)
    let spaces = try readSpaces()
    let total = spaces.reduce(0) { $0 + Int($1.sequence - $1.floor) }
    if report.key == nil, spaces.contains(where: { $0.sequence > 0 }) {
      report.add(Finding(space: "", problem: "\(files.heads) is missing: nothing says where the logs end"))
    }
    for space in spaces {
      // Nothing was ever written to it.
      if space.sequence == 0 { continue }
      report.spaces += 1
      let head = heads.removeValue(forKey: space.name)
      try reader.read { transaction in
        if let head { try Self.look(for: head, &report, transaction) }
      }
      try check(space, &report) { progress($0, total) }
      try checkValues(of: space, &report)
      try checkContext(of: space, &report)
    }
    for head in heads.values.sorted(by: { $0.space < $1.space }) {
      report.add(
        Finding(space: head.space, sequence: head.sequence, problem: "the space is gone, and its log was signed"))
    }
    return report
  }

  // MARK: Heads

  private func readHeads(_ given: VerifyingKey?, _ report: inout Report) throws -> [String: AuditHead] {
    guard let (stated, heads) = try files.readHeads() else { return [:] }
    let key = given ?? stated
    report.key = key
    var genuine: [String: AuditHead] = [:]
    for head in heads {
      if try head.isGenuine(by: key) {
        genuine[head.space] = head
      } else {
        report.add(
          Finding(
            space: head.space, sequence: head.sequence, problem: "the signature of the log's end is not by this key"))
      }
    }
    return genuine
  }

  private static func look(
    for head: AuditHead, _ report: inout Report, _ transaction: borrowing ReadTransaction
  ) throws {
    switch try AuditLink.find(head, transaction) {
    case .whole: report.heads += 1
    case .gone: break
    case .broken(let end):
      let isShort = end < head.sequence
      report.add(
        Finding(
          space: head.space, sequence: head.sequence, at: head.at.timestamp,
          problem: isShort
            ? "the log ends at change \(end), and was signed up to \(head.sequence)"
            : "the change is not the one that was signed"))
    }
  }

  private static func finding(ofBreak line: String) -> Finding {
    let fields = line.split(separator: " ", maxSplits: 1)
    let rest = fields.count == 2 ? fields[1] : ""
    let head = rest.lastIndex(of: " ").flatMap { AuditHead(line: rest[..<$0]) }
    return Finding(
      space: head?.space ?? "", sequence: head?.sequence,
      at: fields.first.flatMap { Int64($0) }.map { Timestamp(seconds: $0) },
      problem: head == nil
        ? "when the hub began, the file of signed heads was gone"
        : "when the hub began, the log was not what had been signed: a backup was put back, or it was changed")
  }

  // MARK: Chains

  private func readSpaces() throws -> [AuditSpace] {
    var spaces: [AuditSpace] = []
    while true {
      let page = try reader.read { try AuditSpace.page(after: spaces.last?.id ?? 0, $0) }
      if page.isEmpty { return spaces }
      spaces += page
    }
  }

  /// Checks the log of a space as far as it went when it was looked at first, in pieces.
  private func check(_ space: AuditSpace, _ report: inout Report, _ progress: (Int) -> Void) throws {
    var walk = ChainWalk(of: space)
    while try reader.read({ try walk.step(&report, $0) }) { progress(report.changes) }
    progress(report.changes)
  }

  // MARK: Values

  private static let values: SQL = """
    SELECT v.key, v.version, v.content, c.content, c.at, c.who, v.seal FROM value AS v
    JOIN change AS c ON c.id = v.space * $4 + coalesce(v.logged, v.version)
    WHERE v.space = $1 AND v.key > $2 ORDER BY v.key LIMIT $3
    """

  /// Compares the values of a space with what the log says was written. Of one whose change has been cut off, the log
  /// says nothing.
  private func checkValues(of space: AuditSpace, _ report: inout Report) throws {
    var last: [UInt8] = []
    while true {
      var count = 0
      try reader.read { transaction in
        try transaction.forEach(
          Self.values,
          [
            .integer(space.id), .bytes(last), .integer(Int64(Limits.auditedValues)),
            .integer(ChangeID(space: 1, sequence: 0).rawValue),
          ]
        ) { row in
          count += 1
          last = row.bytes(0)
          // Of a sealed value the log has the hash of what is sealed: no key is needed.
          let isSealed = !row.isNull(6)
          let hash = row.withBytes(2) { isSealed ? SealedContent.hash($0) : SHA256.hash($0) }
          if hash == row.bytes(3) {
            report.values += 1
          } else {
            report.add(
              Finding(
                space: space.name, sequence: row.integer(1), key: last, who: row.text(5),
                at: Moment(microseconds: row.integer(4)).timestamp,
                problem: "the value is not the one that was written"))
          }
          return true
        }
      }
      if count < Limits.auditedValues { return }
    }
  }

  /// The same for context, that which is over and still remembered included.
  private func checkContext(of space: AuditSpace, _ report: inout Report) throws {
    var last: Int64 = 0
    while true {
      var count = 0
      try reader.read { transaction in
        let limit = Limits.auditedValues
        try ContextTable.forEachWritten(in: space.id, after: last, limit: limit, transaction) { written in
          count += 1
          last = written.sequence
          if written.isAsLogged {
            report.values += 1
          } else {
            report.add(
              Finding(
                space: space.name, sequence: last, key: written.shownKey, who: written.who, at: written.at.timestamp,
                problem: "the context is not what was written"))
          }
        }
      }
      if count < Limits.auditedValues { return }
    }
  }
}
