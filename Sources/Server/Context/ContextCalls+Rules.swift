internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastWire

/// A place that the caller may reach.
struct ContextSpot: Sendable {
  /// That which keeps it; of the scope `global` the hub's own.
  let space: String
  let scope: ContextScope
  let owner: String

  func address(of name: String) -> ContextAddress { ContextAddress(scope, of: owner, name: name) }
}

/// Who may do what. It stands in the definition as well, at its start.
extension ContextCalls {
  private static let name = "Context"

  /// Whether the caller may reach a place.
  /// - Throws: `Forbidden`, or `invalidArgument` for a place that makes no sense.
  func admit(_ context: CallContext, _ access: Access, to place: ContextPlace) throws -> ContextSpot {
    let client = context.client
    guard place.user.isEmpty || place.scope == .user, place.device.isEmpty || place.scope == .device else {
      throw CallError<Never>(.invalidArgument, "a user is named for the scope user alone, and a device for device")
    }
    switch place.scope {
    case .global:
      if access == .write || place.space.isEmpty {
        try requireAdministrator(client)
      } else {
        try admit(client, .read, to: place.space)
      }
      return ContextSpot(space: GlobalContext.space, scope: .global, owner: "")
    case .space, .user, .device:
      try admit(client, access, to: place.space)
      let owner =
        switch place.scope {
        case .user: try user(place.user, client)
        case .device: try device(place.device)
        default: ""
        }
      return ContextSpot(space: place.space, scope: place.scope, owner: owner)
    default: throw Self.unknownScope
    }
  }

  /// Whether the caller may have what a view shows.
  func admit(_ context: CallContext, _ view: ContextView) throws -> AdmittedView {
    let client = context.client
    let scopes = Set(view.scopes)
    guard scopes.isSubset(of: AdmittedView.order) else { throw Self.unknownScope }
    if view.space.isEmpty, scopes == [.global] {
      try requireAdministrator(client)
    } else {
      try admit(client, .read, to: view.space)
    }
    var places: [ContextSpot] = []
    for scope in AdmittedView.order where scopes.isEmpty || scopes.contains(scope) {
      switch scope {
      case .device:
        // A view without a device has nothing of any; one that asks for it has to say which.
        if !view.device.isEmpty || scopes.contains(.device) {
          places.append(ContextSpot(space: view.space, scope: .device, owner: try device(view.device)))
        }
      case .user:
        places.append(ContextSpot(space: view.space, scope: .user, owner: try user(view.user, client)))
      case .global: places.append(ContextSpot(space: GlobalContext.space, scope: .global, owner: ""))
      default: places.append(ContextSpot(space: view.space, scope: scope, owner: ""))
      }
    }
    return AdmittedView(space: view.space, places: places)
  }

  private func admit(_ client: HubPrincipal, _ access: Access, to space: String) throws {
    try persistence.checked(space: space)
    guard client.allows(access, space: space, service: Self.name) else {
      throw Forbidden(space: space, need: access.rawValue)
    }
  }

  private func requireAdministrator(_ client: HubPrincipal) throws {
    guard client.allowsAdministration, client.allows(service: Self.name) else {
      throw Forbidden(space: "", need: "administrator")
    }
  }

  /// Whose values are meant: the caller's, unless an administrator says otherwise.
  private func user(_ named: String, _ client: HubPrincipal) throws -> String {
    if !named.isEmpty, named != client.id { try requireAdministrator(client) }
    return try checked(owner: named.isEmpty ? client.id : named, "user")
  }

  private func device(_ named: String) throws -> String { try checked(owner: named, "device") }

  private func checked(owner: String, _ what: String) throws -> String {
    guard !owner.isEmpty, owner.utf8.count <= Limits.contextOwnerBytes else {
      throw CallError<Never>(.invalidArgument, "a \(what)'s name has 1 to \(Limits.contextOwnerBytes) bytes")
    }
    return owner
  }

  @discardableResult
  func checked(name: String) throws -> String {
    guard !name.isEmpty else { throw CallError<Never>(.invalidArgument, "a name has at least one byte") }
    guard name.utf8.count <= Limits.contextNameBytes else {
      throw TooLarge(what: "name", limit: UInt64(Limits.contextNameBytes), size: UInt64(name.utf8.count))
    }
    return name
  }

  private static var unknownScope: CallError<Never> {
    CallError(.invalidArgument, "a scope is one of global, space, user and device")
  }
}
