import HoldfastAnalysis

/// What was found in a file.
struct ProfiledFile {
  let path: String
  /// That were read.
  let bytes: Int
  /// Every row was looked at.
  let isWhole: Bool
  let dialect: CSVDialect
  let problems: CSVProblems
  let rows: Int
  let columns: [ColumnReport]

  /// What is worth a text analysis, the best first.
  var candidates: [ColumnReport] {
    columns.filter { $0.textScore.score >= TextScore.candidate }.sorted { $0.textScore.score > $1.textScore.score }
  }

  var json: JSON {
    [
      "file": .string(path), "bytes": .integer(bytes), "rows": .integer(rows), "whole": .bool(isWhole),
      "delimiter": .string(String(Character(Unicode.Scalar(dialect.delimiter)))),
      "encoding": .string(dialect.encoding.rawValue), "header": .bool(dialect.hasHeader),
      "columns": .array(columns.map(Self.json)),
      "candidates": .array(candidates.map { .string($0.name) }),
      "problems": .object([
        ("count", .integer(problems.count)),
        (
          "first",
          .array(
            problems.first.map { problem in
              [
                "line": .integer(problem.line), "column": problem.column.map { .integer($0 + 1) } ?? .null,
                "kind": .string(problem.kind.rawValue), "detail": .string(problem.detail),
              ]
            })
        ),
      ]),
    ]
  }

  private static func json(_ column: ColumnReport) -> JSON {
    [
      "name": .string(column.name), "type": .string(column.type.type.rawValue),
      "confidence": .number(column.type.confidence), "reasons": strings(column.type.reasons),
      "nulls": .integer(column.nulls), "null_words": counts(column.nullWords),
      "empty_texts": .integer(column.emptyTexts),
      "distinct": [
        "count": .integer(column.distinct.count), "exact": .bool(column.distinct.isExact),
        "standard_error": .number(column.distinct.standardError),
      ],
      "numbers": column.numbers.map(json) ?? .null, "characters": column.characters.map(json) ?? .null,
      "bytes": column.bytes.map(json) ?? .null,
      "entropy_bits": .number(column.entropyBits), "entropy_exact": .bool(column.isEntropyExact),
      "frequent": counts(column.frequent), "frequent_error": .integer(column.frequentError),
      "samples": strings(column.samples), "score": .number(column.textScore.score),
      "score_reasons": strings(column.textScore.reasons),
    ]
  }

  private static func json(_ numbers: NumberReport) -> JSON {
    [
      "count": .integer(numbers.count), "least": .number(numbers.least), "greatest": .number(numbers.greatest),
      "mean": .number(numbers.mean), "deviation": numbers.deviation.map { .number($0) } ?? .null,
      "quantiles": .array(numbers.quantiles.map { ["share": .number($0.share), "value": .number($0.value)] }),
      "rank_error": .number(numbers.rankError),
    ]
  }

  private static func json(_ lengths: LengthReport) -> JSON {
    [
      "least": .integer(lengths.least), "greatest": .integer(lengths.greatest), "mean": .number(lengths.mean),
      "quantiles": .array(lengths.quantiles.map { ["share": .number($0.share), "value": .integer($0.value)] }),
      "relative_error": .number(lengths.relativeError),
    ]
  }

  private static func strings(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

  private static func counts(_ counted: [CountedText]) -> JSON {
    .array(counted.map { ["text": .string($0.text), "count": .integer($0.count)] })
  }
}
