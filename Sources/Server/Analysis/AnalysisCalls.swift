internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// The service of column analysis: checks what a call may do, and hands it to the desk that does it.
final class AnalysisCalls: AnalysisService {
  static let name = "Analysis"

  let persistence: PersistenceCalls
  let files: FileDesk
  let profiles: ProfileDesk
  let runs: RunDesk

  init(
    beside persistence: PersistenceCalls, _ settings: AnalysisSettings = AnalysisSettings(),
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.persistence = persistence
    files = FileDesk(beside: persistence, settings)
    profiles = ProfileDesk(capacity: settings.profileBytes, files.meter)
    runs = RunDesk(beside: files, report: report)
  }

  var store: Store { persistence.store }

  /// Makes as many workers in this process as the settings say.
  func joinLocal() { runs.joinLocal(files.settings.workers) }

  /// Looks after files and runs until the task is cancelled.
  nonisolated(nonsending) func run(tell: @escaping @Sendable (String) -> Void) async {
    async let tending: Void = tend(tell: tell)
    await runs.run()
    await tending
  }

  /// Errors are told, and the work goes on with the next turn.
  private nonisolated(nonsending) func tend(tell: @Sendable (String) -> Void) async {
    while !Task.isCancelled {
      do {
        try await files.tend()
        try await runs.tend()
      } catch {
        tell("files and analyses are not tended: \(error)")
      }
      try? await Task.sleep(for: persistence.settings.housekeeping)
    }
  }

  /// Whether the caller may do this.
  /// - Returns: who the caller is, for the log.
  /// - Throws: `Forbidden`, or `invalidArgument` for a name that no space can have.
  @discardableResult
  func admit(_ context: CallContext, _ access: Access, to space: String) throws -> String {
    try persistence.checked(space: space)
    let client = context.client
    guard client.allows(access, space: space, service: Self.name) else {
      throw Forbidden(space: space, need: access.rawValue)
    }
    return client.id
  }
}
