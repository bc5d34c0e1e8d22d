internal import HoldfastAnalysis
internal import HoldfastContract

extension ProfiledFile {
  /// What was found out about a file, as its clients see it; which file it is stays open.
  init(_ findings: FileFindings) {
    let reports = findings.profile.reports
    let candidates = reports.indices.filter { reports[$0].textScore.score >= TextScore.candidate }
      // Of two that are worth the same, the first in the file.
      .sorted { (-reports[$0].textScore.score, $0) < (-reports[$1].textScore.score, $1) }
    self.init(
      exact: findings.isExact, rows: UInt64(clamping: findings.rows),
      sampled: UInt64(clamping: findings.profile.rows), dialect: FileDialect(findings.layout.dialect),
      columns: reports.enumerated().map { ProfiledColumn($1, number: $0) },
      candidates: candidates.map { UInt32(clamping: $0) },
      problems: findings.problems.first.map { problem in
        FileProblem(
          kind: problem.kind.rawValue, line: UInt64(clamping: problem.line),
          count: UInt64(clamping: findings.problems.count(of: problem.kind)), text: problem.detail)
      })
  }
}

extension ProfiledColumn {
  fileprivate init(_ report: ColumnReport, number: Int) {
    self.init(
      number: UInt32(clamping: number), name: report.name, type: report.type.type.rawValue,
      confidence: report.type.confidence,
      types: [ShareOfType(type: report.type.type.rawValue, share: report.type.confidence)],
      rows: UInt64(clamping: report.rows), nulls: UInt64(clamping: report.nulls),
      distinct: Double(report.distinct.count), distinctError: report.distinct.standardError,
      entropy: report.entropyBits,
      // The sketch counts too low, the message says how much it may be too high.
      top: report.frequent.map { value in
        CommonValue(
          value: value.text, count: UInt64(clamping: value.count + report.frequentError),
          error: UInt64(clamping: report.frequentError))
      },
      samples: report.samples, score: report.textScore.score, reasons: report.textScore.reasons)
    if let numbers = report.numbers {
      (minimum, maximum, mean, deviation) = (numbers.least, numbers.greatest, numbers.mean, numbers.deviation)
      quantiles = numbers.quantiles.map { QuantilePoint(rank: $0.share, value: $0.value) }
    }
    if let characters = report.characters {
      shortest = UInt64(clamping: characters.least)
      longest = UInt64(clamping: characters.greatest)
      meanLength = characters.mean
    }
  }
}
