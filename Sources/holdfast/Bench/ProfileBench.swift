import HoldfastAnalysis
import HoldfastRPC
import HoldfastWire

/// How fast a file is profiled whole, by one thread, as `holdfast profile` does it; and whether that takes more memory
/// for more rows.
struct ProfileBench: Sendable {
  /// What was found.
  struct Finding: Sendable {
    /// By how much the memory may grow from the first rows to all: what allocators keep to themselves, and no more.
    static let growthKiB = 8 << 10

    let path: String
    let bytes: Int
    let rows: Int
    let columns: Int
    let problems: Int
    /// Of all passes, which have to find the same.
    let passes: [(seconds: Double, cpu: Double)]
    let isSteady: Bool
    /// The most memory there was after the first rows alone, and after all.
    let firstKiB: Int
    let mostKiB: Int

    var isRight: Bool { isSteady && rows > 0 && mostKiB - firstKiB <= Self.growthKiB }
  }

  /// Rows that are profiled alone, before all are.
  static let firstRows = 100_000

  let path: String

  /// Profiles the file again and again; once at least.
  func run(seconds: Double) throws -> Finding {
    let first = try pass(rows: Self.firstRows)
    let firstKiB = residentPeakKiB()
    let beginning = Beginning()
    var found: ProfiledFile?
    var isSteady = first.rows > 0
    var passes: [(seconds: Double, cpu: Double)] = []
    repeat {
      let cpu = cpuSeconds()
      let began = MonotonicTime.now()
      let profiled = try pass(rows: .max)
      passes.append(((MonotonicTime.now() - began) / .seconds(1), cpuSeconds() - cpu))
      if let found, found.json.text != profiled.json.text { isSteady = false }
      found = profiled
    } while beginning.elapsed < .seconds(seconds)
    return Finding(
      path: path, bytes: found?.bytes ?? 0, rows: found?.rows ?? 0, columns: found?.columns.count ?? 0,
      problems: found?.problems.count ?? 0, passes: passes, isSteady: isSteady, firstKiB: firstKiB,
      mostKiB: residentPeakKiB())
  }

  private func pass(rows: Int) throws -> ProfiledFile {
    // As for a program, which no line of progress is drawn for.
    try ProfileRun(
      path: path, delimiter: nil, encoding: nil, hasHeader: nil, rows: rows, console: Console(isJSON: true)
    ).run()
  }
}

extension ProfileBench.Finding {
  /// Rows a second of the pass in the middle.
  private func rate(_ seconds: [Double]) -> Double {
    (Double(rows) / max(seconds.sorted()[seconds.count / 2], 1e-9)).rounded()
  }

  func report(_ console: Console) {
    let (speed, cpuSpeed) = (rate(passes.map(\.seconds)), rate(passes.map(\.cpu)))
    console.result(
      """
      profile: \(path), \(bytes) bytes, \(rows) rows of \(columns) columns, \(problems) problems
        speed      \(Int(speed)) rows a second, \(Int(cpuSpeed)) a second of CPU, \(passes.count) passes
        memory     \(firstKiB) KiB at most for \(min(rows, ProfileBench.firstRows)) rows, \(mostKiB) KiB for all
      """,
      json: [
        "op": "profile", "file": .string(path), "bytes": .integer(bytes), "rows": .integer(rows),
        "columns": .integer(columns), "problems": .integer(problems), "passes": .integer(passes.count),
        "rows_per_s": .number(speed), "rows_per_cpu_s": .number(cpuSpeed), "max_rss_kib": .integer(mostKiB),
        "max_rss_kib_first_rows": .integer(firstKiB),
      ])
  }
}
