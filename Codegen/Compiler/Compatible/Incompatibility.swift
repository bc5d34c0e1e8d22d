/// Something that programs made for older definitions do not survive.
package struct Incompatibility: Sendable, Hashable {
  package enum Impact: String, Sendable {
    /// Programs that are already built misunderstand what newer ones send, or are misunderstood.
    case wire
    /// Programs have to be changed when they are built again; those already built go on working.
    case source
  }

  /// A stable name: `field-type`.
  package let rule: String
  package let impact: Impact
  /// What changed, by its full name: `notes.Draft.title`.
  package let name: String
  package let message: String
  /// The file that holds it now, or held it.
  package let path: String

  package var description: String { "\(path): \(impact.rawValue): \(name): \(message) [\(rule)]" }

  /// One JSON object.
  package var json: String {
    "{\"impact\":\(JSON.string(impact.rawValue)),\"rule\":\(JSON.string(rule)),\"path\":\(JSON.string(path)),"
      + "\"name\":\(JSON.string(name)),\"message\":\(JSON.string(message))}"
  }
}

extension Incompatibility: CustomStringConvertible {}

extension Schema {
  /// What in this schema breaks programs that were made for `old`, wire before source for each thing.
  package func incompatibilities(with old: Schema) -> [Incompatibility] {
    var comparison = Comparison(old: old, new: self)
    comparison.run()
    return comparison.found
  }
}
