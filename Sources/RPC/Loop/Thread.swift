import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Threads of our own.
enum Thread {
  /// A number that no other living thread has; never 0.
  @inline(__always)
  static var currentID: UInt {
    #if canImport(Darwin)
      UInt(bitPattern: pthread_self())
    #else
      UInt(pthread_self())
    #endif
  }

  /// Starts a thread that runs `body` and then ends; nobody joins it, so `body` has to say when it is through.
  ///
  /// Signals that ask a process to do something stay with the threads that the program itself made.
  static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))

    var asked = sigset_t()
    var before = sigset_t()
    sigemptyset(&asked)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2] { sigaddset(&asked, signal) }
    pthread_sigmask(SIG_BLOCK, &asked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

    #if canImport(Darwin)
      var thread: pthread_t?
      let code = pthread_create(&thread, &attributes, { Start.run($0) }, start.toOpaque())
    #else
      var thread = pthread_t()
      let code = pthread_create(&thread, &attributes, { Start.run($0) }, start.toOpaque())
    #endif
    guard code == 0 else {
      start.release()
      throw SystemError(code: code, call: "pthread_create")
    }
  }

  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }

    static func run(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      guard let raw else { return nil }
      let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
      #if canImport(Darwin)
        pthread_setname_np(start.name)
      #else
        pthread_setname_np(pthread_self(), String(start.name.prefix(15)))
      #endif
      start.body()
      return nil
    }
  }
}
