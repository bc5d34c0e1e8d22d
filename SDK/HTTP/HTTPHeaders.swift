/// Headers that are sent and never shown: printing them gives their names.
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  var fields: [String: String] = [:]

  /// Of several values of one name the last is sent.
  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { fields[name] = value }
  }

  public subscript(name: String) -> String? {
    get { fields[name] }
    set { fields[name] = newValue }
  }

  /// Whether they can be sent as they are, and nothing else with them.
  var areSendable: Bool {
    fields.allSatisfy { name, value in
      !name.isEmpty && name.utf8.allSatisfy { Self.token.contains($0) }
        && value.utf8.allSatisfy { $0 == 9 || (32..<127).contains($0) || $0 >= 128 }
    }
  }

  private static let token = Set(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

  public var description: String { "\(fields.keys.sorted())" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
