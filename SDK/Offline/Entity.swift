public import HoldfastContract

/// A type of which several devices keep and change the same values, also without a network.
///
/// Types that conform are generated from `entity` in definition files. A value of the type is one entity as it is now;
/// what happens to it goes through an `EntityCollection`.
public protocol Entity: Hashable, Sendable {
  /// What tells the entities of the type apart.
  associatedtype EntityKey: Hashable, Sendable
  /// What a change does to an entity, field by field.
  associatedtype Delta: EntityDelta
  /// The fields that devices keep in step; the raw value is the field's number.
  associatedtype Field: RawRepresentable<UInt32>, CaseIterable, Hashable, Sendable

  /// What the hub has to know of the type: fields, who prevails in each, version.
  static var entityDescription: EntityDescription { get }

  /// The key as it travels: what a field of its kind holds, without tag and length.
  static func entityKey(of key: EntityKey) -> [UInt8]

  /// The entity with that key and state.
  ///
  /// - Parameters:
  ///   - entityKey: as `entityKey` has it.
  ///   - state: the numbered fields as a message; none for an entity in which every field is zero.
  /// - Throws: `MessageDecodingError` when either is not of this type.
  init(entityKey: [UInt8], state: [UInt8]) throws

  /// The entity's key as it travels.
  var entityKey: [UInt8] { get }

  /// The numbered fields as a message in canonical form. The key is no part of it.
  var entityState: [UInt8] { get }
}

/// What one operation changes, in the program's types.
public protocol EntityDelta: Hashable, Sendable {
  /// - Throws: `MessageDecodingError` when the changes are not of this type's fields.
  init(changes: [FieldChange]) throws
}

/// Elements that go into a set and elements that leave it. The others stay, whoever put them there.
public struct SetDelta<Element: Hashable & Sendable>: Hashable, Sendable {
  public var inserted: Set<Element>
  public var removed: Set<Element>

  public init(inserted: Set<Element> = [], removed: Set<Element> = []) {
    self.inserted = inserted
    self.removed = removed
  }

  public var isEmpty: Bool { inserted.isEmpty && removed.isEmpty }
}
