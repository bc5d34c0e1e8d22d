import Synchronization

/// A key's contexts that are kept between messages, one for each direction. Who finds his in use makes another.
final class KeptContexts: Sendable {
  private let sealing = Place()
  private let opening = Place()

  /// The one that is kept; it is the caller's until it is given back.
  func take(encrypts: Bool) -> CipherContext? { encrypts ? sealing.take() : opening.take() }

  /// Keeps a context that nobody uses any more.
  func keep(_ context: CipherContext, encrypts: Bool) {
    if encrypts { sealing.put(context) } else { opening.put(context) }
  }

  private struct Place: ~Copyable, Sendable {
    /// The address of a context that nobody else has a reference to, or 0.
    private let content = Atomic<UInt>(0)

    deinit { _ = take() }

    func take() -> CipherContext? {
      UnsafeRawPointer(bitPattern: content.exchange(0, ordering: .acquiring)).map {
        Unmanaged<CipherContext>.fromOpaque($0).takeRetainedValue()
      }
    }

    func put(_ context: CipherContext) {
      let new = Unmanaged.passRetained(context)
      let address = UInt(bitPattern: new.toOpaque())
      if !content.compareExchange(expected: 0, desired: address, ordering: .releasing).exchanged { new.release() }
    }
  }
}
