#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The reader that a thread has for one store, and the way back to the thread. They go when the thread ends or the
/// reader is detached.
///
/// `Sendable`: holds a key only; what is found under it belongs to the calling thread.
final class ThreadReader: Sendable {
  private let key: pthread_key_t

  init() throws(StoreError) {
    var made = pthread_key_t()
    let result = pthread_key_create(&made) { stored in
      #if canImport(Darwin)
        Unmanaged<Reader>.fromOpaque(stored).release()
      #else
        if let stored { Unmanaged<Reader>.fromOpaque(stored).release() }
      #endif
    }
    guard result == 0 else {
      throw StoreError(.other, "too many stores are open in this process", engineCode: result)
    }
    key = made
  }

  deinit { pthread_key_delete(key) }

  /// The calling thread's reader.
  var current: Reader? {
    pthread_getspecific(key).map { Unmanaged<Reader>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Makes `reader` the calling thread's, in place of the one that it has.
  func attach(_ reader: Reader?) {
    if let old = pthread_getspecific(key) { Unmanaged<Reader>.fromOpaque(old).release() }
    pthread_setspecific(key, reader.map { UnsafeRawPointer(Unmanaged.passRetained($0).toOpaque()) })
  }
}
