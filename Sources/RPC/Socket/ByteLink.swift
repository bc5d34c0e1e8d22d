import HoldfastCrypto

/// How far a handshake has come.
enum LinkProgress: Hashable {
  case done
  /// Call again when the descriptor is readable.
  case wantsRead
  /// Call again when the descriptor is writable.
  case wantsWrite
}

enum LinkRead: Hashable {
  case bytes(Int)
  case wouldBlock
  /// The peer said that it sends no more.
  case end
}

enum LinkWrite: Hashable {
  /// So many bytes were taken, at least one.
  case bytes(Int)
  case wouldBlock
}

/// Bytes both ways over a non-blocking descriptor that the link owns. Belongs to one loop; nothing here blocks.
///
/// After an error only `close` makes sense. Sendable so that whoever makes a link can hand it to its loop.
protocol ByteLink: AnyObject, Sendable {
  var fd: Int32 { get }
  /// Goes on with the handshake; to be called until it is done, before anything is read or written.
  func handshake() throws(LinkError) -> LinkProgress
  /// Reads what is there into `buffer`, which is not empty.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(LinkError) -> LinkRead
  /// Whether the link holds bytes that the descriptor will not announce again: read on.
  var hasPending: Bool { get }
  /// Whether `read` said that it would block because it has to send something first: wait for writable, too.
  var readWantsWritable: Bool { get }
  /// Writes as much of `bytes` as the descriptor takes. After `wouldBlock` the next write begins with the same bytes
  /// and is no shorter.
  func write(_ bytes: UnsafeRawBufferPointer) throws(LinkError) -> LinkWrite
  /// Says goodbye if that is possible at once, and closes the descriptor. Deregister it before.
  func close()
  /// The certificate by which the peer has shown who it is; nil if it showed none. To be asked after the handshake.
  var peerCertificate: Certificate? { get }
  /// Why that certificate is not to be believed, when the link was told to take any; nil when there is nothing to say.
  var peerCertificateFault: String? { get }
}
