/// Something that programs made for older definitions do not survive.
public struct Incompatibility: Sendable, Hashable {
  public enum Impact: String, Sendable {
    /// Programs that are already built misunderstand what newer ones send, or are misunderstood.
    case wire
    /// Programs have to be changed when they are built again; those already built go on working.
    case source
  }

  /// A stable name: `field-type`.
  public let rule: String
  public let impact: Impact
  /// What changed, by its full name: `notes.Draft.title`.
  public let name: String
  public let message: String
  /// The file that holds it now, or held it.
  public let path: String

  public var description: String { "\(path): \(impact.rawValue): \(name): \(message) [\(rule)]" }

  /// One JSON object.
  public var json: String {
    "{\"impact\":\(JSON.string(impact.rawValue)),\"rule\":\(JSON.string(rule)),\"path\":\(JSON.string(path)),"
      + "\"name\":\(JSON.string(name)),\"message\":\(JSON.string(message))}"
  }
}

extension Incompatibility: CustomStringConvertible {}

extension Schema {
  /// What in this schema breaks programs that were made for `old`, wire before source for each thing.
  public func incompatibilities(with old: Schema) -> [Incompatibility] {
    var comparison = Comparison(old: old, new: self)
    comparison.run()
    return comparison.found
  }
}
