public import Testing

/// Runs each test of a suite on a thread of its own, since it blocks: it speaks to another process by plain reads and
/// writes, as a program without tasks would.
public struct OwnThreadTrait: SuiteTrait, TestTrait, TestScoping {
  public var isRecursive: Bool { true }

  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    // The scope of a whole suite only leads to those of its tests.
    guard testCase != nil else { return try await function() }
    try await OwnThread.run { try await function() }
  }
}

extension Trait where Self == OwnThreadTrait {
  public static var ownThread: Self { OwnThreadTrait() }
}
