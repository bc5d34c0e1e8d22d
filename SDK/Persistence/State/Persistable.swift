/// A part of a program whose state outlasts the program: a class or an actor with properties marked `@Persisted`.
///
///     actor Preferences: Persistable {
///       static let persistedKeys = ["theme", "size"]
///       @Persisted("theme") var theme = Theme.light
///       @Persisted("size") var size = 12
///     }
///
/// A `PersistenceCoordinator` gives it its state back at the start and saves what changes.
public protocol Persistable: AnyObject {
  /// The key of every property marked `@Persisted`. What is declared here is what others rely on when they read the
  /// place; a key without a property, or a property without a key, is refused by name.
  static var persistedKeys: [String] { get }
}

/// A property whose value is saved under a key.
///
/// It belongs to its object, and so to that object's isolation; a coordinator may read and set it at any time, whole.
@propertyWrapper
public struct Persisted<Value: Codable & Sendable>: Sendable {
  public let key: String
  private let cell: PersistedCell<Value>

  /// - Parameter wrappedValue: what it is as long as nothing is saved under the key.
  public init(wrappedValue: Value, _ key: String) {
    self.key = key
    cell = PersistedCell(wrappedValue)
  }

  public var wrappedValue: Value {
    get { cell.value }
    nonmutating set { cell.change(to: newValue) }
  }
}

extension Persisted: PersistedProperty {
  var field: any PersistedField { cell }
}

/// A property that is saved, of whatever type its value is.
protocol PersistedProperty {
  var key: String { get }
  var field: any PersistedField { get }
}

/// What is declared and what there is do not agree.
public struct PersistedKeysError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The type of the object.
  public let part: String
  /// Keys in `persistedKeys` that no property has, ascending, each once.
  public let declaredOnly: [String]
  /// Keys of properties that `persistedKeys` does not name, ascending, each once.
  public let savedOnly: [String]
  /// Keys that two properties have, or that another object of the coordinator has, ascending, each once.
  public let usedTwice: [String]

  public var description: String {
    var words: [String] = []
    func add(_ keys: [String], _ what: String) {
      if !keys.isEmpty { words.append(keys.map { "“\($0)”" }.joined(separator: ", ") + " " + what) }
    }
    add(declaredOnly, "declared in persistedKeys, and no property is saved under it")
    add(savedOnly, "saved by a property, and not declared in persistedKeys")
    add(usedTwice, "used twice")
    return "the keys of \(part) do not agree: " + words.joined(separator: "; ")
  }
}
