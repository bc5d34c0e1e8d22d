import HoldfastRPC
public import HoldfastSDK

/// Shows whether a `StorageAdapter` keeps the rules of adapters. Holdfast's own pass it; so should yours:
///
///     @Test func `my adapter keeps the rules`() async throws {
///       let broken = await StorageConformance { MyAdapter(folder: try newFolder()) }.run()
///       #expect(broken == [])
///     }
///
/// Each rule is looked at with a fresh and empty adapter.
public struct StorageConformance: Sendable {
  /// A rule that does not hold.
  public struct Violation: Sendable, Hashable, CustomStringConvertible {
    public let rule: String
    /// What was seen.
    public let finding: String

    public var description: String { "\(rule): \(finding)" }
  }

  /// Makes an adapter that holds nothing.
  let make: @Sendable () async throws -> any StorageAdapter
  /// Opens again what an adapter has stored, as after a restart; nil where nothing lasts.
  let reopen: (@Sendable (any StorageAdapter) async throws -> any StorageAdapter)?
  /// The longest key, in bytes, that the adapter takes.
  let keyBytes: Int
  /// The largest value, in bytes, that is tried.
  let valueBytes: Int

  public init(
    keyBytes: Int = PersistenceLimits.keyBytes, valueBytes: Int = 4 << 20,
    reopen: (@Sendable (any StorageAdapter) async throws -> any StorageAdapter)? = nil,
    _ make: @escaping @Sendable () async throws -> any StorageAdapter
  ) {
    self.make = make
    self.reopen = reopen
    self.keyBytes = keyBytes
    self.valueBytes = valueBytes
  }

  /// Looks at all rules. What does not hold, or nothing.
  public func run() async -> [Violation] {
    var violations: [Violation] = []
    for (rule, look) in rules {
      let findings = Findings()
      do {
        try await look(try await make(), findings)
      } catch {
        findings.add("it throws \(error)")
      }
      violations += findings.all.map { Violation(rule: rule, finding: $0) }
    }
    return violations
  }

  typealias Rule = @Sendable (any StorageAdapter, Findings) async throws -> Void

  private var rules: [(String, Rule)] {
    var rules: [(String, Rule)] = [
      ("what is not there is nil", absent), ("what is written is read", written), ("any text is a key", anyKey),
      ("keys have bounds", bounds), ("versions rise", versions),
      ("an expectation that fails changes nothing", expected),
      ("changes are made together or not at all", together), ("keys are listed by prefix, in pages", listed),
      ("nothing is left after erasing", erased), ("many callers do not disturb each other", concurrent),
      ("transactions run one after the other", transactions),
    ]
    if let reopen { rules.append(("what is written outlasts a restart", { try await outlasts($0, $1, reopen) })) }
    return rules
  }
}

/// What one rule has found.
final class Findings: Sendable {
  /// How long it is waited for what has to come by itself.
  let patience: Duration
  private let found = Lock<[String]>([])

  init(patience: Duration = .zero) { self.patience = patience }

  var all: [String] { found.withLock { $0 } }

  func add(_ finding: String) { found.withLock { $0.append(finding) } }

  func expect(_ holds: Bool, _ finding: @autoclosure () -> String) {
    if !holds { add(finding()) }
  }

  /// Makes sure that `body` fails with one of these codes.
  func expect(_ codes: StorageError.Code..., of what: String, _ body: () async throws -> Void) async {
    do {
      try await body()
      add("\(what) is taken")
    } catch let error as StorageError {
      expect(codes.contains(error.code), "\(what) gives \(error)")
    } catch {
      add("\(what) gives an error that is no StorageError: \(error)")
    }
  }
}
