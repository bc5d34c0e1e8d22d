#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Chains by their names, for those who learn at run time which one is wanted.
public struct ChainCatalog: Sendable {
  private var chains: [String: any Chain] = [:]

  public init(_ chains: [any Chain] = []) {
    for chain in chains { self.chains[chain.name] = chain }
  }

  /// In alphabetical order.
  public var names: [String] { chains.keys.sorted() }

  public func has(_ name: String) -> Bool { chains[name] != nil }

  /// Analyses texts with the chain of that name, from where `checkpoint` says that it was.
  ///
  /// - Parameter checkpoint: what came of an earlier batch; empty to start.
  /// - Throws: `ChainError` when there is no such chain, or the checkpoint is not one of it.
  public func analyze(
    _ texts: [String], with name: String, from checkpoint: [UInt8]
  ) throws(ChainError) -> AnalyzedBatch {
    try Self.analyze(texts, with: chain(name), from: checkpoint)
  }

  /// The chain of that name, to try texts with.
  ///
  /// - Throws: `ChainError` when there is no such chain.
  public func trial(of name: String) throws(ChainError) -> ChainTrial {
    ChainTrial(try chain(name))
  }

  private func chain(_ name: String) throws(ChainError) -> any Chain {
    guard let chain = chains[name] else {
      throw ChainError(.unknownChain, "there is no chain \(name); there are \(names.joined(separator: ", "))")
    }
    return chain
  }

  private static func analyze<C: Chain>(
    _ texts: [String], with chain: C, from checkpoint: [UInt8]
  ) throws(ChainError) -> AnalyzedBatch {
    var summary = C.Summary()
    if !checkpoint.isEmpty {
      do {
        summary = try JSONDecoder().decode(C.Summary.self, from: Data(checkpoint))
      } catch {
        throw ChainError(.badCheckpoint, "what \(chain.name) knew before cannot be read: \(error)")
      }
    }
    var batch = AnalyzedBatch()
    batch.results = chain.results(of: texts, into: &summary)
    batch.summary = summary.findings
    batch.checkpoint = try chain.checkpoint(of: summary)
    return batch
  }
}

extension Chain {
  /// One result for each text: one that the chain cannot work on is an error of its own.
  func results(of texts: [String], into summary: inout Summary) -> [Result<[Finding], ChainError>] {
    texts.map { text in
      do {
        return .success(try analyze(text, into: &summary))
      } catch {
        return .failure(ChainError(.badText, "\(error)"))
      }
    }
  }

  func checkpoint(of summary: Summary) throws(ChainError) -> [UInt8] {
    do {
      return Array(try JSONEncoder().encode(summary))
    } catch {
      throw ChainError(.badCheckpoint, "what \(name) knows cannot be kept: \(error)")
    }
  }
}

/// What came of some texts of a column.
public struct AnalyzedBatch: Sendable {
  /// One for each text, in their order.
  public var results: [Result<[Finding], ChainError>] = []
  /// What is known of all texts so far.
  public var summary: [Finding] = []
  /// The same, for whoever goes on from here.
  public var checkpoint: [UInt8] = []
}

/// Why a chain could not do its work.
public struct ChainError: Error, Sendable, Equatable, CustomStringConvertible {
  public struct Code: RawRepresentable, Sendable, Hashable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let unknownChain = Code(rawValue: "unknown-chain")
    public static let badCheckpoint = Code(rawValue: "bad-checkpoint")
    /// The chain cannot work on this one text.
    public static let badText = Code(rawValue: "bad-text")
  }

  public var code: Code
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
