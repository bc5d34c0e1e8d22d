/// What a test has asked a fake hub for that it cannot do.
public struct FakeHubError: Error, Sendable, CustomStringConvertible {
  /// What was wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}
