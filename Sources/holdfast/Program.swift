import HoldfastServer

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The program: from a command line to an exit code.
enum Program {
  static let version = HubServer.version

  static let table = CommandTable(
    program: "holdfast",
    summary: "holdfast \(version): an offline-first state hub, its command line and its tools.",
    commands: [
      .serve, .put, .get, .delete, .exists, .list, .watch, .contextGet, .contextSet, .contextRemove, .contextList,
      .contextHistory, .contextWatch, .profile, .analyze, .fileUpload, .fileList, .fileShow, .fileRemove, .runList,
      .runShow, .runFollow, .runLogs, .runCancel, .worker, .workerList, .export, .import, .spaceList, .spaceQuota,
      .keysList, .keysRotate, .erase, .tokenCreate, .tokenList, .tokenRevoke, .replicaStatus, .replicaQueue,
      .replicaPush, .replicaPull, .replicaSync, .replicaConflicts, .replicaResolve, .replicaExplain, .replicaParked,
      .replicaExport, .auditVerify, .describe, .metrics, .traces, .bench, .demo, .demoEdit, .demoDevice, .demoProgram,
      .simulate,
    ])

  /// Runs one command line, without the program's own name.
  static func run(_ words: [String]) async -> ExitCode {
    // A reader that goes away ends a write with an error, not the process.
    signal(SIGPIPE, SIG_IGN)
    let isJSON = words.prefix { $0 != "--" }.contains(Option.json.name)
    let console = Console(isJSON: isJSON)
    do {
      switch try table.choose(words) {
      case .help(let text):
        Console(isJSON: false).result(text, json: nil)
        return .done
      case .run(let command, let arguments):
        return try await run(command, arguments, console)
      }
    } catch let error as UsageError {
      console.failure(.usage, error.message, hint: error.hint)
      return .usage
    } catch let error as CommandFailure {
      console.failure(error.code, error.message, hint: error.hint)
      return error.code
    } catch let error as any CommandFailureConvertible {
      let failure = error.commandFailure
      console.failure(failure.code, failure.message, hint: failure.hint)
      return failure.code
    } catch {
      console.failure(.failed, "\(error)", hint: nil)
      return .failed
    }
  }

  /// A mistake that a command finds in its arguments says where to read more, unless it says something better.
  private static func run(_ command: Command, _ arguments: Arguments, _ console: Console) async throws -> ExitCode {
    do {
      return try await command.run(arguments, console)
    } catch var error as UsageError {
      error.hint = error.hint ?? "See `\(table.program) \(command.name) --help`."
      throw error
    }
  }

  /// A variable of the environment; nil when it is unset or empty.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
    return value
  }
}
