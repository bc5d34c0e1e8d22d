import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire

@testable import HoldfastServer

extension PersistenceFixture {
  func contextClient(_ name: String = "tester", scope: Scope = .everything) -> ContextClient {
    ContextClient(rpcClient(name, scope: scope))
  }

  /// What a space holds, as its quota counts it.
  func usage(of space: String = "notes") async throws -> (bytes: Int64, values: Int64) {
    try await store.write { transaction in
      let row = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction).row
      return (row.bytes, row.values)
    }
  }
}

extension Scope {
  static let reader = Scope(spaces: [SpacePattern("notes")])
  static let writer = Scope(spaces: [SpacePattern("notes")], canWrite: true)
}

extension ContextPlace {
  static let space = ContextPlace(scope: .space, space: "notes")
  static let global = ContextPlace(scope: .global)
  static let user = ContextPlace(scope: .user, space: "notes")

  static func user(_ name: String) -> ContextPlace { ContextPlace(scope: .user, space: "notes", user: name) }
  static func device(_ name: String) -> ContextPlace { ContextPlace(scope: .device, space: "notes", device: name) }
}

extension ContextView {
  static func notes(device: String = "") -> ContextView { ContextView(space: "notes", device: device) }
}

extension ContextClient {
  @discardableResult
  func set(
    _ name: String, _ content: String, at place: ContextPlace = .space, expiresIn: Duration? = nil,
    expected: UInt64? = nil, options: CallOptions = .default
  ) async throws -> UInt64 {
    try await set(
      ContextSetRequest(
        place: place, name: name, content: Array(content.utf8), type: "text/plain", expiresIn: expiresIn,
        expected: expected), options: options
    ).version
  }

  @discardableResult
  func remove(
    _ name: String, at place: ContextPlace = .space, expected: UInt64? = nil, forget: Bool = false
  ) async throws -> ContextRemoveReply {
    try await remove(ContextRemoveRequest(place: place, name: name, expected: expected, forget: forget))
  }

  /// What names stand for: scope and content in one text, such as "user: 1".
  func look(_ names: String..., view: ContextView = .notes()) async throws -> [String?] {
    try await lookup(ContextLookupRequest(view: view, names: names)).findings.map { $0.entry?.text }
  }

  /// What a name has been, in words.
  func past(
    _ name: String, at place: ContextPlace = .space, before: UInt64 = 0, limit: UInt32 = 0
  ) async throws -> [String] {
    try await history(ContextHistoryRequest(place: place, name: name, before: before, limit: limit)).changes
      .map { change in "\(change.version) \(change.kind)" + (change.entry.map { " \($0.text)" } ?? "") }
  }
}

extension ContextEntry {
  var text: String { "\(scope): \(String(decoding: content, as: UTF8.self))" }
}
