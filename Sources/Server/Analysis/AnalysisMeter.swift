internal import HoldfastAnalysis
internal import HoldfastContract
internal import HoldfastRPC

/// Counts what comes of analyses, since the hub started.
final class AnalysisMeter: Sendable {
  let filesUploaded = Counter()
  let bytesUploaded = Counter()
  let sampledProfiles = Counter()
  let exactProfiles = Counter()
  let runsBegun = Counter()
  let runsDone = Counter()
  let runsCancelled = Counter()
  let runsFailed = Counter()
  let columnsDone = Counter()
  let leasesBegun = Counter()
  /// Leases of workers that were silent, or at one batch, for too long.
  let leasesExpired = Counter()
  /// Leases of columns that somebody else had before.
  let leasesMoved = Counter()
  /// Results that came after their lease had ended.
  let resultsRefused = Counter()

  /// What was done with one chain.
  struct Work: Sendable {
    var items: UInt64 = 0
    var errors: UInt64 = 0
    var tokens: UInt64 = 0
    var cost = 0.0
  }

  /// A few: anybody can bring a chain of any name, so those are counted together.
  private let work: Lock<[String: Work]>

  init() {
    work = Lock(
      Dictionary((ChainCatalog.standard.names + [Self.custom]).map { ($0, Work()) }) { first, _ in first })
  }

  static let custom = "custom"

  /// Notes that items were kept.
  func keep(_ results: [ItemResult], of options: RunOptions, tokens: Int64) {
    let errors = results.count { !$0.error.isEmpty }
    let cost = Amount(tokens: Int(clamping: tokens), price: AnalysisCalls.price(options) ?? .zero)
    work.withLock { work in
      let chain = work[options.chain] == nil ? Self.custom : options.chain
      work[chain, default: Work()].items += UInt64(clamping: results.count)
      work[chain, default: Work()].errors += UInt64(clamping: errors)
      work[chain, default: Work()].tokens += UInt64(clamping: tokens)
      work[chain, default: Work()].cost += cost.approximate
    }
  }

  /// What was done so far, by chain.
  var workByChain: [(chain: String, work: Work)] {
    work.withLock { work in work.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  /// Notes that a run has ended.
  func runEnded(_ state: RunState) {
    switch state {
    case .done: runsDone.add()
    case .cancelled: runsCancelled.add()
    case .failed: runsFailed.add()
    default: break
    }
  }
}
