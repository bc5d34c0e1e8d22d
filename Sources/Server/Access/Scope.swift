/// What a client may do. Nothing is allowed that no part of it allows.
package struct Scope: Sendable, Hashable {
  /// The spaces it may reach; none when empty.
  package var spaces: [SpacePattern]
  /// The services it may call, by name without the package; all when empty.
  package var services: Set<String>
  /// Whether it may change values, not only read them.
  package var canWrite: Bool
  /// Whether it may create and revoke tokens, and set quotas.
  package var isAdmin: Bool

  package init(
    spaces: [SpacePattern] = [], services: Set<String> = [], canWrite: Bool = false, isAdmin: Bool = false
  ) {
    self.spaces = spaces
    self.services = services
    self.canWrite = canWrite
    self.isAdmin = isAdmin
  }

  /// Nothing at all.
  package static let nothing = Scope()
  /// Everything: the token of the one who started the hub.
  package static let everything = Scope(spaces: [SpacePattern("*")], canWrite: true, isAdmin: true)

  /// Whether calls of a service are allowed at all; its name may have its package before it.
  package func allows(service: String) -> Bool {
    guard !services.isEmpty else { return true }
    let name = service.lastIndex(of: ".").map { service[service.index(after: $0)...] } ?? service[...]
    return services.contains(String(name))
  }

  /// Whether values of a space may be read, or written.
  package func allows(_ access: Access, space: String) -> Bool {
    (access == .read || canWrite) && spaces.contains { $0.matches(space) }
  }

  /// Whether everything that `other` allows is allowed here too: nobody gives away more than they have.
  package func covers(_ other: Scope) -> Bool {
    (canWrite || !other.canWrite) && (isAdmin || !other.isAdmin)
      && (services.isEmpty || !other.services.isEmpty && other.services.isSubset(of: services))
      && other.spaces.allSatisfy { wanted in spaces.contains { $0.covers(wanted) } }
  }
}

/// What a call does to a space.
package enum Access: String, Sendable, Hashable {
  case read, write
}

/// Names of spaces: one name, or with a `*` at its end every name that begins so.
package struct SpacePattern: Sendable, Hashable, CustomStringConvertible {
  /// As it is written: "notes", "team-*", "*".
  package let description: String

  package init(_ text: String) { description = text }

  package func matches(_ space: String) -> Bool {
    isOpen ? space.utf8.starts(with: stem) : space.utf8.elementsEqual(description.utf8)
  }

  /// Whether every name that `other` matches is matched here too.
  func covers(_ other: SpacePattern) -> Bool {
    other.isOpen ? isOpen && other.stem.starts(with: stem) : matches(other.description)
  }

  private var isOpen: Bool { description.utf8.last == UInt8(ascii: "*") }
  private var stem: Substring.UTF8View { description.dropLast().utf8 }
}
