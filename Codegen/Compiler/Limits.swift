/// The bounds of the compiler. Each one ends in a diagnostic, never in a trap.
package enum Limits {
  /// Bytes of one definition file.
  package static let fileBytes = 4 << 20
  /// Files in one compilation, imports included.
  package static let files = 1_000
  /// Diagnostics of one file; what comes after is counted by none.
  package static let diagnosticsPerFile = 100
  /// Messages inside messages.
  package static let nesting = 16
  /// Bytes of a name.
  package static let nameBytes = 64

  /// Numbers of fields, as protobuf has them.
  package static let fieldNumbers = 1...536_870_911
  /// Numbers that protobuf keeps for itself.
  package static let protobufNumbers = 19_000...19_999
  /// Numbers of enum values.
  package static let enumNumbers = 0...2_147_483_647
  /// Numbers of the calls of a service.
  package static let callNumbers = 1...1_023
  /// Numbers of services. Below `firstServiceNumber` they belong to the hub.
  package static let serviceNumbers = 1...4_194_303
  package static let firstServiceNumber = 1_000
  /// Numbers of the errors of a package.
  package static let errorNumbers = 1...65_535
  /// Versions of an entity.
  package static let entityVersions = 1...4_294_967_295
  /// Fields of an entity, as hubs take them.
  package static let entityFields = 1_000
  /// Bytes of the name that an entity has on the wire, as hubs take them.
  package static let entityTypeBytes = 128
  /// Bytes that a call may name as its request or reply limit.
  package static let messageBytes = 1...(1 << 30)
}
