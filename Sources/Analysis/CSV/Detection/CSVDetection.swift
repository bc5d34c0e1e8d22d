/// How a file is read, found out from its beginning.
///
/// Nothing that it says is certain: ``reasons`` says in words what spoke for it, and who knows better makes a
/// ``CSVDialect`` of their own.
public struct CSVDetection: Sendable, Equatable {
  public var dialect: CSVDialect
  /// How sure each part is, from 0 to 1.
  public var encodingConfidence: Double
  public var delimiterConfidence: Double
  public var headerConfidence: Double
  public var hasByteOrderMark: Bool
  /// What spoke for it, a sentence for each part.
  public var reasons: [String]

  /// Looks at the beginning of a file: 64 KiB are enough, and more than a megabyte is not looked at.
  ///
  /// - Parameter isWhole: whether the file ends there; otherwise the last record is not counted.
  /// - Throws: `not_text` for what is no separated text, by its name where that is known (gzip, JSON, …), and
  ///   `unsupported_encoding` for UTF-32.
  public static func detect(prefix: UnsafeRawBufferPointer, isWhole: Bool) throws(CSVError) -> CSVDetection {
    let sample = UnsafeRawBufferPointer(rebasing: prefix.prefix(Limits.csvDetectionBytes))
    let isWhole = isWhole && sample.count == prefix.count
    if let format = ForeignFormat.found(in: sample) {
      throw CSVError(.notText, "the data is \(format.name), not separated text; \(format.advice)")
    }
    let encoding = try EncodingDetection.detect(sample, isWhole: isWhole)
    let delimiter = try DelimiterDetection.detect(sample, encoding: encoding.encoding, isWhole: isWhole)
    let header = try HeaderDetection.detect(sample, delimiter.dialect, isWhole: isWhole)
    var dialect = delimiter.dialect
    dialect.hasHeader = header.hasHeader
    return CSVDetection(
      dialect: dialect, encodingConfidence: encoding.confidence, delimiterConfidence: delimiter.confidence,
      headerConfidence: header.confidence, hasByteOrderMark: encoding.hasMark,
      reasons: [encoding.reason, delimiter.reason, header.reason])
  }
}
