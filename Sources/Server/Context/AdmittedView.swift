internal import HoldfastContract
internal import HoldfastStore

/// What a caller sees: the places whose values concern it.
struct AdmittedView: Sendable {
  /// The scopes, the narrowest first.
  static let order: [ContextScope] = [.device, .user, .space, .global]

  /// Empty when the view is of the scope `global` alone.
  let space: String
  /// The narrowest first.
  let places: [ContextSpot]

  /// Whether a change there concerns it.
  func shows(_ address: ContextAddress) -> Bool {
    places.contains { $0.scope == address.scope && $0.owner == address.owner }
  }

  /// What names stand for, as many of them as a reply holds.
  ///
  /// - Parameters:
  ///   - global: the id of the space that keeps the scope `global`.
  ///   - ring: opens contents, where the hub seals them.
  func find(
    _ names: [String], global: Int64, _ spaces: SpaceNames, _ ring: KeyRing?, now: Moment,
    _ transaction: borrowing ReadTransaction
  ) throws(StoreError) -> ContextLookupReply {
    let space = try spaces.id(of: space, transaction)
    var layers: [(spot: ContextSpot, space: Int64)] = []
    for spot in places {
      guard let id = spot.scope == .global ? global : space else { continue }
      // Of many names, one look at a place that has nothing saves one for each.
      if names.count > places.count {
        guard try ContextTable.holdsAny(space: id, spot.address(of: ""), transaction) else { continue }
      }
      layers.append((spot, id))
    }
    var reply = ContextLookupReply()
    var bytes = 0
    for name in names {
      var finding = ContextFinding()
      for layer in layers {
        finding.entry = try ContextTable.read(
          space: layer.space, layer.spot.address(of: name), now: now, opening: ring.seal(of: layer.spot.space),
          transaction)
        if finding.entry != nil { break }
      }
      bytes += finding.entry?.content.count ?? 0
      guard reply.findings.isEmpty || bytes <= Limits.contextBytes else { break }
      reply.findings.append(finding)
    }
    return reply
  }
}
