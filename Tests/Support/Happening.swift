import Foundation

/// Something that happens once or several times, and that a test waits for.
public final class Happening: @unchecked Sendable {  // the lock guards everything
  private let lock = NSLock()
  private var passed = 0
  private var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

  public init() {}

  /// How often it has happened.
  public var count: Int { lock.withLock { passed } }

  /// It happens.
  public func pass() {
    let ready = lock.withLock {
      passed += 1
      let ready = waiters.filter { $0.count <= passed }
      waiters.removeAll { $0.count <= passed }
      return ready
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Waits until it has happened `count` times.
  public func wait(for count: Int = 1) async {
    await withCheckedContinuation { continuation in
      let isDone = lock.withLock {
        if passed >= count { return true }
        waiters.append((count, continuation))
        return false
      }
      if isDone { continuation.resume() }
    }
  }
}
