internal import HoldfastContract

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What a value of context stands under within its space: the scope, whose it is, and the name.
///
/// As bytes it is the key of tables and of the log, in which the values of one place stand next to each other, in order of
/// their names:
///
/// | bytes | what |
/// |---|---|
/// | 1 | the scope's number |
/// | 1 | bytes of the owner |
/// | … | the owner: a user or a device; none of the other scopes |
/// | … | the name |
struct ContextAddress: Hashable, Sendable {
  let scope: ContextScope
  /// The user or device; empty of the other scopes.
  let owner: String
  let name: String

  /// - Parameter owner: at most `Limits.contextOwnerBytes`.
  init(_ scope: ContextScope, of owner: String = "", name: String) {
    (self.scope, self.owner, self.name) = (scope, owner, name)
  }

  /// Nil when the bytes are none.
  init?(decoding bytes: [UInt8]) {
    guard bytes.count >= 2, bytes.count >= 2 + Int(bytes[1]) else { return nil }
    let start = 2 + Int(bytes[1])
    guard let owner = String(validating: bytes[2..<start], as: UTF8.self),
      let name = String(validating: bytes[start...], as: UTF8.self)
    else { return nil }
    self.init(ContextScope(rawValue: Int32(bytes[0])), of: owner, name: name)
  }

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 + owner.utf8.count + name.utf8.count)
    bytes.append(UInt8(scope.rawValue))
    bytes.append(UInt8(owner.utf8.count))
    bytes.append(contentsOf: owner.utf8)
    bytes.append(contentsOf: name.utf8)
    return bytes
  }

  /// Whom the value is about, as far as the hub knows. No subject has a zero in its name.
  var subject: String? { scope == .user && !owner.utf8.contains(0) ? owner : nil }
}

extension ChangeKind {
  /// A value of context was set, removed, or removed because it had expired. Watches of values leave it out.
  static let contextSet = ChangeKind(rawValue: 18)
  static let contextRemoved = ChangeKind(rawValue: 19)
  static let contextExpired = ChangeKind(rawValue: 20)

  /// A value of context that was stored as it was given has been sealed.
  static let contextSealed = ChangeKind(rawValue: 25)
}

extension ContextChangeKind {
  /// What the log's kind of change is called; nil where it is not of context.
  init?(_ kind: ChangeKind) {
    switch kind {
    case .contextSet: self = .set
    case .contextRemoved: self = .removed
    case .contextExpired: self = .expired
    default: return nil
    }
  }

  /// What the log calls it.
  var inLog: ChangeKind {
    switch self {
    case .set: .contextSet
    case .expired: .contextExpired
    default: .contextRemoved
    }
  }
}

extension LogEntry {
  /// The key as a person can read it.
  var shownKey: [UInt8] {
    if kind.isOfFile, let file = UUID(bytes: key) { return Array("the file \(file)".utf8) }
    if kind.isOfAnalysis, let run = UUID(bytes: key) { return Array("the analysis \(run)".utf8) }
    guard ContextChangeKind(kind) != nil || kind == .contextSealed, let address = ContextAddress(decoding: key) else {
      return key
    }
    let owner = address.owner.isEmpty ? "" : " \(address.owner)"
    return Array("\(address.name) in the scope \(address.scope)\(owner)".utf8)
  }
}
