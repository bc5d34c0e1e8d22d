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
    guard let chain = chains[name] else {
      throw ChainError(.unknownChain, "there is no chain \(name); there are \(names.joined(separator: ", "))")
    }
    return try Self.analyze(texts, with: chain, from: checkpoint)
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
    batch.results.reserveCapacity(texts.count)
    for text in texts {
      do {
        batch.results.append(.success(try chain.analyze(text, into: &summary)))
      } catch {
        batch.results.append(.failure(ChainError(.badText, "\(error)")))
      }
    }
    batch.summary = summary.findings
    do {
      batch.checkpoint = Array(try JSONEncoder().encode(summary))
    } catch {
      throw ChainError(.badCheckpoint, "what \(chain.name) knows cannot be kept: \(error)")
    }
    return batch
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
