import HoldfastCrypto

/// A link without encryption: for the in-process transport and for tests.
final class PlainLink: ByteLink, @unchecked Sendable {  // belongs to one loop
  let fd: Int32
  private var isOpen = true

  /// Takes over the descriptor, which is non-blocking.
  init(fd: Int32) {
    self.fd = fd
  }

  deinit {
    close()
  }

  /// Two ends that are connected with each other.
  static func pair() throws(SystemError) -> (PlainLink, PlainLink) {
    let (left, right) = try System.socketPair()
    return (PlainLink(fd: left), PlainLink(fd: right))
  }

  var hasPending: Bool { false }
  var readWantsWritable: Bool { false }
  var peerCertificate: Certificate? { nil }
  var peerCertificateFault: String? { nil }

  func handshake() throws(LinkError) -> LinkProgress {
    guard isOpen else { throw .closed }
    return .done
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(LinkError) -> LinkRead {
    guard isOpen else { throw .closed }
    do {
      switch try System.receive(fd, into: buffer) {
      case .bytes(0): return .end
      case .bytes(let count): return .bytes(count)
      case .wouldBlock: return .wouldBlock
      }
    } catch {
      throw LinkError(error)
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(LinkError) -> LinkWrite {
    guard isOpen else { throw .closed }
    do {
      switch try System.send(fd, bytes) {
      case .bytes(let count): return .bytes(count)
      case .wouldBlock: return .wouldBlock
      }
    } catch {
      throw LinkError(error)
    }
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    System.close(fd)
  }
}
