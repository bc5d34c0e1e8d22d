/// What one file may cost in memory, whatever is in it. What is over a limit is cut and reported, and reading goes on.
public struct CSVLimits: Sendable, Equatable, Codable {
  /// Bytes of one field, as UTF-8 without quotes and escapes; a longer one is cut before the character that does not
  /// fit.
  public var fieldBytes: Int
  /// Bytes of all fields of one record; those that no longer fit are cut, in the end to nothing.
  public var recordBytes: Int
  /// Fields of one record; more are left out.
  public var recordFields: Int
  /// Problems of one kind that are kept with their lines; of more there is only the number.
  public var problemsPerKind: Int

  /// What is nil is a megabyte for a field, sixteen for a record, 65,536 fields, and 20 problems.
  public init(
    fieldBytes: Int? = nil, recordBytes: Int? = nil, recordFields: Int? = nil, problemsPerKind: Int? = nil
  ) {
    self.fieldBytes = fieldBytes ?? Limits.csvFieldBytes
    self.recordBytes = recordBytes ?? Limits.csvRecordBytes
    self.recordFields = recordFields ?? Limits.csvRecordFields
    self.problemsPerKind = problemsPerKind ?? Limits.csvProblemsPerKind
  }

  func validate() throws(CSVError) {
    guard fieldBytes >= Limits.csvSmallestField, recordBytes >= fieldBytes, recordBytes <= Limits.csvLargestRecord,
      recordFields >= 1, recordFields <= Limits.csvLargestRecord, problemsPerKind >= 0
    else {
      throw CSVError(
        .unusableLimits,
        "a field may have \(Limits.csvSmallestField) bytes or more, a record no fewer than a field and at most "
          + "\(Limits.csvLargestRecord), and at least one field")
    }
  }
}
