/// How the characters of a file are written. Everything is turned into UTF-8 before it is split into fields.
///
/// A byte order mark at the beginning is no part of the text, in any of them.
public enum CSVEncoding: String, Sendable, Equatable, Codable, CaseIterable {
  /// Bytes that are not UTF-8 stay in their fields as they are, and are reported.
  case utf8
  /// Halves of surrogate pairs that stand alone are reported as bad bytes.
  case utf16LittleEndian
  case utf16BigEndian
  /// Each byte is the character of its number.
  case latin1
  /// Latin-1 with printable characters at 0x80–0x9F; the five that it leaves open are the controls that Latin-1 has
  /// there.
  case windows1252
}
