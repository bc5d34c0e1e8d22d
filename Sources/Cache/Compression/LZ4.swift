/// The LZ4 block format: fast, and good with text and with what repeats.
///
///     block     = sequence*, the last one without a match
///     sequence  = token, more of the literal count, literals, distance (2 bytes, little-endian), more of the match length
///     token     = literal count (high 4 bits), match length − 4 (low 4 bits)
///     more      = bytes to be added while they are 255, where the 4 bits are 15
///
/// The last five bytes are literals, and the last match begins at least twelve bytes before the end.
package enum LZ4 {
  static let shortestMatch = 4
  static let lastLiterals = 5
  static let lastMatchStart = 12
  static let farthest = 65_535

  /// Why bytes are no block of so many bytes.
  package enum Fault: Error, Equatable {
    /// The block ends in the middle of a sequence.
    case truncated
    /// A match begins before the beginning.
    case distance
    /// There is more in it than was said, or less.
    case size
  }
}
