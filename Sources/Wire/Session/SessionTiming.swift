/// How long a session waits for what.
public struct SessionTiming: Hashable, Sendable {
  /// For the first frame.
  public var hello: Duration
  /// Silence after which the peer is asked.
  public var idle: Duration
  /// For the answer to that.
  public var answer: Duration

  public init(hello: Duration, idle: Duration, answer: Duration) {
    self.hello = hello
    self.idle = idle
    self.answer = answer
  }

  public static let standard = SessionTiming(hello: .seconds(10), idle: .seconds(30), answer: .seconds(15))
}
