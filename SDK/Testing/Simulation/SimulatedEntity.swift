internal import HoldfastContract
public import HoldfastSDK
internal import HoldfastSync

/// An entity type that the devices of a simulation work on, and how.
public struct SimulatedEntity: Sendable {
  typealias Change =
    @Sendable (_ key: [UInt8], _ state: [UInt8]?, _ version: UInt32, inout SeededGenerator) throws -> [UInt8]
  typealias Resolver = @Sendable (ParkedCase) throws -> ConflictResolver.Decision?

  /// In the program's versions, the oldest first.
  let versions: [EntityType]
  /// The keys that entities may have. Few of them make many conflicts.
  let keys: [[UInt8]]
  /// Whether entities of the type are ever deleted.
  let isDeletable: Bool
  /// A new state on top of the one that a program of that version sees; of none, a first one.
  let change: Change
  let resolver: Resolver?

  var name: String { versions[0].description.type }

  /// A type of a program's own definition.
  ///
  /// - Parameters:
  ///   - keys: that its entities may have; few of them make many conflicts.
  ///   - make: a first state.
  ///   - change: what a user does to an entity.
  ///   - resolve: how the program decides conflicts; `later` leaves them to a person who takes either side.
  public init<E: Entity>(
    _ type: E.Type, keys: [E.EntityKey],
    make: @escaping @Sendable (E.EntityKey, inout SeededGenerator) -> E,
    change: @escaping @Sendable (inout E, inout SeededGenerator) -> Void,
    resolve: @escaping @Sendable (EntityConflictOf<E>) throws -> ConflictDecision<E> = { _ in .later }
  ) {
    versions = [EntityType(type.entityDescription, upgrades: type.entityUpgrades)]
    self.keys = keys.map { E.entityKey(of: $0) }
    isDeletable = true
    let named = Dictionary(keys.map { (E.entityKey(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
    self.change = { key, state, _, random in
      guard let state else {
        guard let name = named[key] else { return [] }
        return make(name, &random).entityState
      }
      var entity = try E(entityKey: key, state: state)
      change(&entity, &random)
      return entity.entityState
    }
    resolver = ConflictResolver(type, resolve).decide
  }

  init(
    versions: [EntityType], keys: [String], isDeletable: Bool = true,
    change: @escaping Change, resolver: Resolver? = nil
  ) {
    self.versions = versions
    self.keys = keys.map { Array($0.utf8) }
    self.isDeletable = isDeletable
    self.change = change
    self.resolver = resolver
  }
}
