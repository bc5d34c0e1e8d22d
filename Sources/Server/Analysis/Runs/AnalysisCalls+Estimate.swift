internal import HoldfastAnalysis
internal import HoldfastCache
internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What a run would take and cost.
extension AnalysisCalls {
  nonisolated(nonsending) func estimate(_ request: EstimateRequest, context: CallContext) async throws -> RunEstimate {
    try admit(context, .read, to: request.space)
    let content = try await files.content(of: request.file, in: request.space)
    let (options, layout) = try await checked(request.options, for: content, in: request.space)
    let estimate = try await estimate(options, content, layout)
    let run = ExpectedRun(file: request.file, options: options.encoded())
    runs.expected.put(run, estimate.expectedSeconds / parallelism(options))
    runs.live.note(estimate, for: run, parallelism: parallelism(options))
    return RunEstimate(estimate, parallelism: parallelism(options))
  }

  /// Columns that are worked on at once by the hub itself.
  private func parallelism(_ options: RunOptions) -> Double {
    Double(max(1, min(options.columns.count, runs.localWorkers)))
  }

  private nonisolated(nonsending) func estimate(
    _ options: RunOptions, _ content: FileContent, _ layout: FileLayout
  ) async throws -> Estimate {
    let history = try await persistence.storing {
      try await store.scan { transaction in
        var history = RunHistory()
        for run in try AnalysisRunTable.past(limit: Limits.pastRuns, transaction) { history.add(run) }
        return history
      }
    }
    guard let rule = HoldfastAnalysis.TokenRules.named(options.tokens), let price = Self.price(options) else {
      throw CallError<Never>(.internal, "options were not checked")
    }
    // The first pass counts what there is, the second takes the sample from all over it.
    let counting = try SampleReading(layout, options.columns, SamplePlan(rows: 0))
    try await counting.read(content)
    let workload = Workload(rows: counting.rows, columns: options.columns.count, bytes: counting.bytes)
    let plan = SamplePlan(
      rows: workload.rows, sampled: max(1, Limits.sampledTexts / options.columns.count),
      seed: content.record.checksum.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    let sampling = try SampleReading(layout, options.columns, plan)
    try await sampling.read(content)
    let estimator = CostEstimator(chain: options.chain, tokenRule: rule, price: price)
    var sample = Sample(blocks: [])
    if ChainCatalog.standard.has(options.chain) {
      let texts = sampling.texts
      let timed = try await AnalysisThreads.run {
        try plan.order.map { try SampleBlock(timing: texts[$0], options.chain, rule) }
      }
      sample = Sample(plan, timed: timed)
    }
    guard let estimate = estimator.estimate(workload, sample: sample, history: history) else {
      throw CallError<Never>(
        .failedPrecondition,
        "the chain \(options.chain) is its workers' alone, and has not run before; run it once first")
    }
    return estimate
  }

  static func price(_ options: RunOptions) -> TokenPrice? {
    options.price.isEmpty ? .zero : TokenPrice(options.price)
  }
}

/// What an estimate was made for.
struct ExpectedRun: Hashable, Sendable {
  let file: UUID
  let options: [UInt8]
}

/// Reads a file for an estimate: counts the rows and the bytes of its columns, and keeps the texts of a plan.
///
/// `@unchecked Sendable`: belongs to one call, which waits for each step before the next.
private final class SampleReading: @unchecked Sendable {
  private let columns: [Int]
  private let blocks: [Range<Int>]
  private var reader: CSVReader
  private var block = 0
  private(set) var bytes = 0
  /// For each block of the plan, the texts of its rows.
  private(set) var texts: [[String]]

  init(_ layout: FileLayout, _ names: [String], _ plan: SamplePlan) throws {
    columns = names.compactMap { layout.columns.firstIndex(of: $0) }
    blocks = plan.blocks
    texts = blocks.map { _ in [] }
    reader = try CSVReader(dialect: layout.dialect)
  }

  var rows: Int { reader.rows }

  nonisolated(nonsending) func read(_ content: FileContent) async throws {
    try await content.forEachPiece { piece in
      try await AnalysisThreads.run { piece.withUnsafeBytes { bytes in self.reader.read(bytes) { self.take($0) } } }
    }
    try await AnalysisThreads.run { self.reader.finish { self.take($0) } }
  }

  private func take(_ batch: borrowing CSVBatch) {
    for row in 0..<batch.count {
      for column in columns { bytes += batch.field(row, column).bytes.count }
      let number = batch.firstRow + row
      while block < blocks.count, blocks[block].upperBound <= number { block += 1 }
      guard block < blocks.count, blocks[block].contains(number) else { continue }
      for column in columns { texts[block].append(batch.field(row, column).text) }
    }
  }
}

extension SampleBlock {
  /// Analyses texts as a run does, up to the bytes that are kept of them, and says how long that took.
  fileprivate init(timing texts: [String], _ chain: String, _ rule: any TokenRule) throws {
    let began = MonotonicTime.now()
    let done = try ChainCatalog.standard.analyze(texts, with: chain, from: [])
    let tokens = texts.reduce(0) { $0 + rule.tokens(in: $1) }
    let kept = ItemBlock(results: done.results.map(ItemResult.init)).encoded()
    let seconds = (MonotonicTime.now() - began) / .seconds(1)
    precondition(!kept.isEmpty || texts.isEmpty, "items have bytes")
    self.init(texts: texts.count, bytes: texts.reduce(0) { $0 + $1.utf8.count }, tokens: tokens, seconds: seconds)
  }
}

extension RunEstimate {
  fileprivate init(_ estimate: Estimate, parallelism: Double) {
    self.init(
      rows: UInt64(clamping: estimate.workload.rows), seconds: estimate.seconds.value / parallelism,
      lower: estimate.seconds.lower / parallelism, upper: estimate.seconds.upper / parallelism,
      coverage: estimate.coverage, tokens: UInt64(clamping: estimate.tokens.value), rule: estimate.tokenRule,
      cost: estimate.cost.value.description, sampled: UInt64(clamping: estimate.sampledTexts),
      runs: UInt32(clamping: estimate.pastRuns))
  }
}
