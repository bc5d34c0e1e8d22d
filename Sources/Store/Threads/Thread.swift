#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A thread of the operating system that runs one closure. Join it before what it uses goes away.
///
/// `@unchecked Sendable`: an opaque identifier, only ever handed to `pthread_join`.
struct Thread: @unchecked Sendable {
  private let identifier: pthread_t

  /// Starts a thread.
  init(_ body: @escaping @Sendable () -> Void) throws(StoreError) {
    let context = Unmanaged.passRetained(Context(body))
    #if canImport(Darwin)
      var started: pthread_t?
    #else
      var started = pthread_t()
    #endif
    let result = pthread_create(&started, nil, threadMain, context.toOpaque())
    guard result == 0, let identifier = Optional(started) else {
      context.release()
      throw StoreError(.other, "no thread could be started; raise the limit of threads", engineCode: result)
    }
    self.identifier = identifier
  }

  /// Waits until the closure has returned. Once only, and not from the thread itself.
  func join() { pthread_join(identifier, nil) }

  fileprivate final class Context: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

#if canImport(Darwin)
  private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<Thread.Context>.fromOpaque(argument).takeRetainedValue().body()
    return nil
  }
#else
  private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<Thread.Context>.fromOpaque(argument).takeRetainedValue().body()
    return nil
  }
#endif
