internal import HoldfastAnalysis
internal import HoldfastContract

/// What was found out about the columns of a file.
struct FileFindings: Sendable {
  var layout: FileLayout
  var profile: FileProfile
  var problems: CSVProblems
  /// Records of the whole file; estimated unless `isExact`.
  var rows: Int
  var isExact: Bool
}

extension FileContent {
  /// Profiles the whole file. At most two pieces of it are in memory.
  nonisolated(nonsending) func profile(_ layout: FileLayout) async throws -> FileFindings {
    let reading = try ProfileReading(layout)
    var offset: Int64 = 0
    var piece = try await piece(at: 0)
    while !piece.isEmpty {
      try Task.checkCancellation()
      offset += Int64(piece.count)
      let end = offset
      async let next = self.piece(at: end)
      try await reading.add(piece)
      piece = try await next
    }
    try await reading.finish()
    return FileFindings(
      layout: layout, profile: reading.profile, problems: reading.problems, rows: reading.profile.rows, isExact: true)
  }

  /// Profiles spots that lie all over the file, its beginning among them; the whole where that is not more.
  nonisolated(nonsending) func sampledProfile(_ layout: FileLayout) async throws -> FileFindings {
    let spots = SampleSpots(size: record.size, unit: layout.dialect.encoding.unitBytes)
    if spots.isWhole { return try await profile(layout) }
    let reading = try ProfileReading(layout)
    try await reading.add(piece(at: 0, limit: Limits.sampleSpotBytes))
    // Of each spot, half a record is behind its last whole one.
    var seen = (rows: Double(reading.profile.rows) + 0.5, bytes: Double(Limits.sampleSpotBytes))
    var next = reading.profile.rows
    for offset in spots.offsets.dropFirst() {
      let piece = try await piece(at: offset, limit: Limits.sampleSpotBytes)
      next = max(next, Int(Double(offset) * seen.rows / seen.bytes))
      let (rows, bytes) = try await reading.add(spot: piece, from: next)
      guard rows > 0 else { continue }
      next += rows
      seen.rows += Double(rows) + 0.5
      seen.bytes += Double(bytes)
    }
    // Records that no spot holds have to be read one after the other.
    if reading.profile.rows == 0 { return try await profile(layout) }
    let rows = max(reading.profile.rows, Int(Double(record.size) * seen.rows / seen.bytes))
    return FileFindings(
      layout: layout, profile: reading.profile, problems: reading.problems, rows: rows, isExact: false)
  }
}

/// Where a sample of a file is taken: as many spots as the bounds allow, at equal distances.
struct SampleSpots {
  /// Where they begin; the first one is the beginning of the file.
  let offsets: [Int64]
  /// Whether the file is not larger than all spots together, and is better read from end to end.
  let isWhole: Bool

  /// - Parameter unit: spots begin at multiples of it.
  init(size: Int64, unit: Int) {
    isWhole = size <= Int64(Limits.sampleSpots * Limits.sampleSpotBytes)
    let unit = Int64(unit)
    offsets = (0..<Int64(Limits.sampleSpots)).map { size / Int64(Limits.sampleSpots) * $0 / unit * unit }
  }
}
