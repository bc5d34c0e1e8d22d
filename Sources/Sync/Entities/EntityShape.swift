package import HoldfastContract

/// An entity's description, checked and made ready for look-ups: which fields there are, what their bytes hold and who
/// prevails in each.
package struct EntityShape: Sendable {
  /// One field, as far as merging is concerned.
  package struct Field: Sendable {
    package let number: UInt32
    /// Empty for a field that the description does not name.
    package let name: String
    package let policy: MergePolicy
    package let isMany: Bool
    /// nil when nothing is known of the bytes: they can be compared and replaced.
    package let elements: (any FieldElements.Type)?
    /// Of a counter.
    let counter: (any CounterElements.Type)?
  }

  package let description: EntityDescription
  private let fields: [UInt32: Field]

  package init(_ description: EntityDescription) throws(SyncError) {
    guard 1...Limits.typeBytes ~= description.type.utf8.count else {
      throw SyncError(.description, "an entity type's name has 1 to \(Limits.typeBytes) bytes")
    }
    guard description.fields.count <= Limits.fields else {
      throw SyncError(.description, "\(description.type) has more than \(Limits.fields) fields")
    }
    guard description.policy.decidesWhole else {
      throw SyncError(.description, "\(description.type): \(description.policy) is no policy for whole entities")
    }
    var fields: [UInt32: Field] = [:]
    for field in description.fields {
      let place = "\(description.type).\(field.name)"
      let known = try Field(field, at: place)
      guard fields.updateValue(known, forKey: field.number) == nil else {
        throw SyncError(.description, "\(place): the number \(field.number) is taken by another field")
      }
    }
    if description.lane != 0 {
      guard let lane = fields[description.lane], !lane.isMany, lane.elements != nil else {
        throw SyncError(.description, "\(description.type): field \(description.lane) cannot name a parent")
      }
    }
    if description.subject != 0 {
      guard let field = description.fields.first(where: { $0.number == description.subject }), !field.many,
        field.kind == .string || field.kind == .uuid
      else {
        throw SyncError(.description, "\(description.type): field \(description.subject) cannot name a subject")
      }
    }
    self.description = description
    self.fields = fields
  }

  package var type: String { description.type }

  /// Who prevails when one side deletes what the other changes, and in fields that have no policy of their own.
  package var policy: MergePolicy { description.policy }

  /// Whether a deleted entity keeps its state on the hub, since a change of a part of it may yet prevail.
  package var keepsDeleted: Bool { policy == .client || policy == .timestamp }

  /// The field of that number, described or not.
  package subscript(number: UInt32) -> Field {
    fields[number] ?? Field(unknown: number, policy: policy)
  }
}

extension EntityShape.Field {
  fileprivate init(_ field: FieldDescription, at place: String) throws(SyncError) {
    guard 1...Limits.fieldNumber ~= field.number else {
      throw SyncError(.description, "\(place): \(field.number) is no number of a field")
    }
    let elements = field.kind.elements
    switch field.policy {
    case .manual, .server, .client, .timestamp, .custom: counter = nil
    case .counter:
      guard let kind = field.kind.counter, !field.many else {
        throw SyncError(.description, "\(place): a counter is a whole number")
      }
      counter = kind
    case .set, .append:
      guard field.many, elements != nil else {
        throw SyncError(.description, "\(place): \(field.policy) merges the elements of lists and sets")
      }
      counter = nil
    default: throw SyncError(.description, "\(place): the merge policy \(field.policy.rawValue) is not known here")
    }
    number = field.number
    name = field.name
    policy = field.policy
    isMany = field.many
    self.elements = elements
  }

  fileprivate init(unknown number: UInt32, policy: MergePolicy) {
    self.number = number
    self.name = ""
    self.policy = policy
    isMany = false
    elements = nil
    counter = nil
  }
}

extension MergePolicy {
  /// Whether it chooses between two states, whatever they hold.
  var decidesWhole: Bool {
    switch self {
    case .manual, .server, .client, .timestamp, .custom: true
    default: false
    }
  }
}
