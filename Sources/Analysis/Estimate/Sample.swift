/// What a run is to do: texts, each one field of a row, and their bytes where they are known.
public struct Workload: Sendable, Equatable, Codable {
  public var rows: Int
  public var columns: Int
  /// UTF-8 bytes of all texts together, as the profile counted them; nil when only a part of the file was read.
  public var bytes: Int?

  public init(rows: Int, columns: Int, bytes: Int? = nil) {
    self.rows = max(0, rows)
    self.columns = max(0, columns)
    self.bytes = bytes.map { max(0, $0) }
  }

  /// Rows × columns.
  public var texts: Int {
    let (texts, isTooMany) = rows.multipliedReportingOverflow(by: columns)
    return isTooMany ? .max : texts
  }
}

/// Texts that were tried one after the other and timed as one: a single text, or so many that the clock is fine enough.
/// What is beyond all reason, as a clock that was set may make it, counts as the most that there can be.
public struct SampleBlock: Sendable, Equatable, Codable {
  public let texts: Int
  public let bytes: Int
  public let tokens: Int
  public let seconds: Double

  public init(texts: Int, bytes: Int = 0, tokens: Int = 0, seconds: Double) {
    self.texts = min(max(0, texts), Limits.blockTexts)
    self.bytes = min(max(0, bytes), Limits.blockBytes)
    self.tokens = min(max(0, tokens), Limits.blockBytes)
    self.seconds = min(max(0, seconds.isFinite ? seconds : 0), Limits.blockSeconds)
  }
}

/// What a run does once for so many texts, beside what it does for each: the checkpoint of a batch.
public struct BatchCost: Sendable, Equatable, Codable {
  public let texts: Int
  public let seconds: Double

  /// At least one text, and no more than reason allows.
  public init(texts: Int, seconds: Double) {
    self.texts = max(1, texts)
    self.seconds = min(max(0, seconds.isFinite ? seconds : 0), Limits.blockSeconds)
  }

  var secondsPerText: Double { seconds / Double(texts) }
}

/// What was measured on this machine before a run.
public struct Sample: Sendable, Equatable, Codable {
  /// In the order of the file. Blocks without a text say nothing.
  public private(set) var blocks: [SampleBlock]
  /// The blocks that were timed first, as long as they were slow for being first: tables not read yet, caches cold.
  public private(set) var warmUp: [SampleBlock] = []
  /// For each of the blocks, as the how manieth it was timed.
  private(set) var turns: [Int]
  /// What comes on top of the blocks; nil where they hold everything.
  public var batch: BatchCost?

  /// Blocks in the order of the file, timed in that order.
  public init(blocks: [SampleBlock]) {
    self.blocks = blocks.filter { $0.texts > 0 }
    turns = Array(self.blocks.indices)
  }

  /// A sample of single texts: the seconds of each, in the order of the file.
  public init(seconds: some Sequence<Double>) {
    self.init(blocks: seconds.map { SampleBlock(texts: 1, seconds: $0) })
  }

  /// What was timed by a plan: blocks in the order in which they were timed, as many as there was time for.
  public init(_ plan: SamplePlan, timed: [SampleBlock]) {
    let timed = zip(plan.order, timed).filter { $0.1.texts > 0 }
    let cold = Self.coldBlocks(timed.map(\.1))
    warmUp = timed[..<cold].map(\.1)
    let settled = timed[cold...].enumerated().sorted { $0.element.0 < $1.element.0 }
    blocks = settled.map(\.element.1)
    turns = settled.map(\.offset)
  }

  public var texts: Int { (blocks + warmUp).reduce(0) { $0 + $1.texts } }

  /// How many of the first blocks took longer than nine in ten of the second half did, for their texts and bytes; at
  /// most half.
  private static func coldBlocks(_ timed: [SampleBlock]) -> Int {
    let later = Array(timed[(timed.count / 2)...])
    guard later.count >= Limits.slopeBlocks else { return 0 }
    let bytes = later.reduce(0) { $0 + $1.bytes }
    let texts = later.reduce(0) { $0 + $1.texts }
    let usual = BlockRegression(
      later, turns: Array(later.indices), of: \.seconds, for: Workload(rows: texts, columns: 1, bytes: bytes))
    func slowness(_ block: SampleBlock) -> Double {
      let expected = usual.perText * Double(block.texts) + usual.perByte * Double(block.bytes)
      return expected > 0 ? block.seconds / expected : 1
    }
    let slow = later.map(slowness).sorted()[later.count * 9 / 10]
    return timed[..<(timed.count / 2)].prefix { slowness($0) > slow }.count
  }
}
