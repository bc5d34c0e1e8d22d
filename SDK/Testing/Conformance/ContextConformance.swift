import HoldfastRPC
public import HoldfastSDK

/// Shows whether a `ContextProvider` keeps the rules of providers. Holdfast's own pass it; so should yours:
///
///     @Test func `my provider keeps the rules`() async throws {
///       let broken = await ContextConformance { .init(MyProvider(folder: try newFolder())) }.run()
///       #expect(broken == [])
///     }
///
/// Each rule is looked at with a fresh provider that has no values. What a provider cannot show, such as what it does with
/// damaged values, is looked at where the subject says how to bring it about.
public struct ContextConformance: Sendable {
  /// A rule that does not hold.
  public struct Violation: Sendable, Hashable, CustomStringConvertible {
    public let rule: String
    /// What was seen.
    public let finding: String

    public var description: String { "\(rule): \(finding)" }
  }

  /// What is looked at.
  public struct Subject: Sendable {
    public var provider: any ContextProvider
    /// Sets the values that the provider has to find; itself, unless its values are set elsewhere.
    public var writer: any ContextProvider
    /// Damages what is stored under a name.
    public var damage: (@Sendable (_ name: String) async throws -> Void)?
    /// Makes the place that the provider asks fail each time from now on.
    public var cutOff: (@Sendable () async throws -> Void)?
    /// Lets time pass by the clock that the provider goes by.
    public var pass: (@Sendable (Duration) async throws -> Void)?
    /// Begun before the rules are looked at and cancelled after, as `run` of a provider has to be for changes to be seen.
    public var run: (@Sendable () async -> Void)?

    public init(_ provider: any ContextProvider, writer: (any ContextProvider)? = nil) {
      self.provider = provider
      self.writer = writer ?? provider
    }
  }

  let make: @Sendable () async throws -> Subject
  let patience: Duration

  /// - Parameters:
  ///   - patience: How long it waits for what has to come by itself, such as a change that another has made.
  ///   - make: Makes a provider without values.
  public init(patience: Duration = .seconds(30), _ make: @escaping @Sendable () async throws -> Subject) {
    self.patience = patience
    self.make = make
  }

  /// Looks at all rules. What does not hold, or nothing.
  public func run() async -> [Violation] {
    var violations: [Violation] = []
    for (rule, look) in rules {
      let findings = Findings(patience: patience)
      do {
        let subject = try await make()
        let running = Task { await subject.run?() }
        defer { running.cancel() }
        try await look(subject, findings)
      } catch {
        findings.add("it throws \(error)")
      }
      violations += findings.all.map { Violation(rule: rule, finding: $0) }
    }
    return violations
  }

  typealias Rule = @Sendable (Subject, Findings) async throws -> Void

  private var rules: [(String, Rule)] {
    [
      ("what nobody has set is nil, or the default", absent), ("what is set is found", found),
      ("any text is a key", anyKey), ("names have bounds", bounds), ("a value has a type", typed),
      ("what is set last counts", last), ("what is removed is gone", removed), ("many are found as one is", together),
      ("what is at hand is what is found", atHand), ("what is invalidated is found again", invalidated),
      ("who watches sees each change", watched), ("many callers do not disturb each other", concurrent),
      ("a caller who gives up is let go", cancelled), ("what is damaged is an error", damaged),
      ("what cannot be asked is an error, or says so", unreachable), ("what has ended is gone", ended),
    ]
  }
}

extension Findings {
  /// Waits until it holds: as soon as possible, but not for ever.
  func settle(_ finding: String, _ holds: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + patience
    while try await !holds() {
      guard ContinuousClock.now < end else { return add(finding) }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Makes sure that `body` fails with one of these codes.
  func expectError(_ codes: ContextError.Code..., of what: String, _ body: () async throws -> Void) async {
    do {
      try await body()
      add("\(what) gives no error")
    } catch let error as ContextError {
      expect(codes.contains(error.code), "\(what) gives \(error)")
    } catch {
      add("\(what) gives an error that is no ContextError: \(error)")
    }
  }
}
