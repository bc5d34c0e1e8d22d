public import HoldfastContract
public import HoldfastSync
public import HoldfastWire

/// A type of which several devices keep and change the same values, also without a network.
///
/// Types that conform are generated from `entity` in definition files. A value of the type is one entity as it is now;
/// what happens to it goes through an `EntityCollection`. As a message it has the numbered fields, which are its state:
/// what travels and is merged. Its key stands beside them.
public protocol Entity: Message {
  /// What tells the entities of the type apart.
  associatedtype EntityKey: Hashable, Sendable
  /// What a change does to an entity, field by field.
  associatedtype Delta: EntityDelta
  /// The fields that devices keep in step; the raw value is the field's number.
  associatedtype Field: RawRepresentable<UInt32>, CaseIterable, Hashable, Sendable

  /// What the hub has to know of the type: fields, who prevails in each, version.
  static var entityDescription: EntityDescription { get }

  /// What becomes of operations that older versions of the program have queued.
  static var entityUpgrades: [EntityUpgrade] { get }

  /// The key as it travels: what a field of its kind holds, without tag and length.
  static func entityKey(of key: EntityKey) -> [UInt8]

  /// The entity's key as it travels.
  var entityKey: [UInt8] { get }

  /// The entity with that key and state.
  ///
  /// - Parameters:
  ///   - entityKey: as `entityKey` has it.
  ///   - state: the numbered fields as a message; none for an entity in which every field is zero.
  /// - Throws: when either is not of this type.
  init(entityKey: [UInt8], state: [UInt8]) throws(MessageDecodingError)
}

extension Entity {
  /// The numbered fields as a message in canonical form. The key is no part of it.
  public var entityState: [UInt8] { encoded() }

  /// The two values of a change's field, each in an entity that has nothing else.
  ///
  /// Of a change that gives no new value, the second holds just the elements.
  public static func states(of change: FieldChange) throws(MessageDecodingError) -> (before: Self, after: Self) {
    (try Self(decoding: change.before), try Self(decoding: change.after))
  }
}
