internal import HoldfastCrypto
internal import HoldfastStore

/// A digest in the chain of a space's changes: 32 bytes, held in place, since accounts are copied with each job.
struct ChainDigest: Equatable, Sendable {
  private var words: SIMD4<UInt64>

  /// The digest before a space's first change.
  static let first = ChainDigest(words: .zero)

  private init(words: SIMD4<UInt64>) { self.words = words }

  /// The hash of a message.
  init(of message: UnsafeRawBufferPointer) {
    words = .zero
    withUnsafeMutableBytes(of: &words) { SHA256.hash(message, into: $0) }
  }

  /// Reads a digest from a column.
  init(_ row: borrowing HoldfastStore.Row, _ column: Int) throws(StoreError) {
    words = try row.withBytes(column) { (bytes) throws(StoreError) in
      guard bytes.count == SHA256.size else {
        throw StoreError(.corrupt, "a digest has \(SHA256.size) bytes, not \(bytes.count)")
      }
      return bytes.loadUnaligned(as: SIMD4<UInt64>.self)
    }
  }

  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    Swift.withUnsafeBytes(of: words, body)
  }

  var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}
