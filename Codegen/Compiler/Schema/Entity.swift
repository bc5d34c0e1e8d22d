/// What makes a type an entity: something that several devices keep and change.
package struct Entity: Sendable, Hashable {
  /// The name on the wire, which stays when the type is renamed.
  package let type: String
  package let version: Int
  /// Who prevails in fields that do not say, and when one side deletes what the other changes.
  package let policy: MergePolicy
  package let key: Key
  /// The field that names the parent behind which its operations stay.
  package let lane: Int?
  /// The field that names whom it is about.
  package let subject: Int?
  /// The name of the property that holds all of them: `notes`.
  package let collection: String
  /// What becomes of operations of older versions, ascending.
  package let upgrades: [Upgrade]

  /// What tells entities of one type apart. It is no field: it has no number and is not part of the state.
  package struct Key: Sendable, Hashable {
    package let name: String
    package let type: Scalar
    package let annotations: Annotations
  }

  /// The step from `version` to the next.
  package struct Upgrade: Sendable, Hashable {
    package let version: Int
    package let drops: [Int]
    package let moves: [Move]
  }

  /// A field that has another number now.
  package struct Move: Sendable, Hashable {
    package let from: Int
    package let to: Int
  }
}

/// Who prevails in what has changed on the hub and on a device since that device last saw it.
package enum MergePolicy: String, Sendable, Hashable, CaseIterable {
  case manual, server, client, timestamp, counter, set, append, custom

  /// Whether it chooses between two states, whatever they hold, and so can decide for whole entities.
  var decidesWhole: Bool {
    switch self {
    case .manual, .server, .client, .timestamp, .custom: true
    case .counter, .set, .append: false
    }
  }

  /// What an entity may say after `merge`; `fields` leaves it to the fields.
  init?(ofEntity word: String) {
    if word == "fields" {
      self = .manual
    } else if let policy = MergePolicy(rawValue: word), policy.decidesWhole {
      self = policy
    } else {
      return nil
    }
  }

  static var namesForEntities: String {
    (["fields"] + allCases.filter(\.decidesWhole).map(\.rawValue)).joined(separator: ", ")
  }

  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// What the hub has to know of a field's bytes. The names are those of the protocol's `FieldKind`.
package enum FieldKind: String, Sendable, Hashable, CaseIterable {
  case bool, int32, int64, uint32, uint64, sint32, sint64, fixed32, fixed64, sfixed32, sfixed64, float, double, string,
    bytes, uuid, enumeration, message

  init(_ element: Element) {
    switch element {
    case .named(let reference): self = reference.isEnumeration ? .enumeration : .message
    // What has no kind of its own, timestamp and duration, are messages.
    case .scalar(let scalar): self = FieldKind(rawValue: scalar.rawValue) ?? .message
    }
  }
}

extension FieldType {
  /// What the field's bytes hold; the entries of a map are messages.
  package var kind: FieldKind { if case .map = self { .message } else { FieldKind(element) } }

  /// Whether there may be several of that.
  package var isMany: Bool {
    switch self {
    case .list, .set, .map: true
    case .singular, .optional, .defaulted: false
    }
  }
}

extension Scalar {
  var isWholeNumber: Bool {
    switch self {
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .fixed32, .fixed64, .sfixed32, .sfixed64: true
    case .bool, .float, .double, .string, .bytes, .timestamp, .duration, .uuid: false
    }
  }

  /// Whether it may be an entity's key.
  var isEntityKey: Bool { isWholeNumber || self == .string || self == .bytes || self == .uuid }
}
