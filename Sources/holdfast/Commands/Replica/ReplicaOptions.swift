import HoldfastSDK
import HoldfastSync

/// What the commands for replicas share.
extension Option {
  static let replica = value("--replica", "FILE", "The replica's file. Environment: HOLDFAST_REPLICA.")
}

extension Positional {
  static let operation = Positional(name: "ID", summary: "The operation's number, as `replica queue` shows it.")
}

extension Arguments {
  /// The path of the replica's file.
  func replicaFile() throws(UsageError) -> String {
    guard let file = self["--replica"] ?? Program.environment("HOLDFAST_REPLICA") else {
      throw UsageError(message: "\(command.name): no replica is named", hint: "Give --replica FILE.")
    }
    return file
  }

  /// The operation that the command is about.
  func operation() throws(UsageError) -> OperationID {
    let text = positional("ID") ?? ""
    guard let number = UInt64(text), number > 0 else {
      throw UsageError(
        message: "\(command.name): \"\(text)\" is no operation",
        hint: "Give its number, as `holdfast replica queue` shows it.")
    }
    return OperationID(rawValue: number)
  }

  /// Texts by the fields that `--set FIELD=VALUE` names.
  func fieldTexts() throws(UsageError) -> [String: [String]] {
    var texts: [String: [String]] = [:]
    for text in list("--set") {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw UsageError(message: "--set takes FIELD=VALUE, not \"\(text)\"")
      }
      texts[parts[0], default: []] += parts[1].isEmpty ? [] : [parts[1]]
    }
    return texts
  }

  /// Opens the replica, does something with it, and closes it.
  func withReplica<Result>(_ body: (Replica) async throws -> Result) async throws -> Result {
    let replica = try await Replica.open(existing: replicaFile())
    return try await replica.closing(body)
  }
}

extension Option {
  /// Gives a field another value.
  static let set = list(
    "--set", "FIELD=VALUE",
    "What a field is to hold; nothing after the = for zero, empty or absent.\n"
      + "For a list or a set, once for each element. Bytes in hexadecimal digits.")
}

extension Replica {
  /// Does something and closes the replica, whatever comes of it.
  func closing<Result>(_ body: (Replica) async throws -> Result) async throws -> Result {
    do {
      let result = try await body(self)
      await close()
      return result
    } catch {
      await close()
      throw error
    }
  }
}

extension ReplicaError: CommandFailureConvertible {
  var commandFailure: CommandFailure {
    let code: ExitCode =
      switch self.code {
      case .missing: .notFound
      case .exists, .notPossible: .conflict
      case .invalid: .usage
      default: .failed
      }
    guard code == .failed else { return CommandFailure(code, message) }
    let hint =
      if self.code == .corrupt {
        "`holdfast replica export --salvage` prints what waits in it and can still be read."
      } else if isRecoverable {
        "Mend that and run the command again; what waits in the replica is kept."
      } else {
        "Another try comes to the same. Name another file, or make one with `holdfast replica pull --space`."
      }
    return CommandFailure(code, message, hint: hint)
  }
}

extension SyncErrandError: CommandFailureConvertible {
  var commandFailure: CommandFailure {
    let kept = "What waits in the replica is kept."
    switch reason {
    case .unreachable: return CommandFailure(.unreachable, message, hint: kept)
    case .needs(.credential), .needs(.access):
      return CommandFailure(
        .refused, message, hint: "Show another token with --token-file; it has to reach the replica's space. \(kept)")
    case .needs(.program), .needs(.incarnation): return CommandFailure(.failed, message, hint: kept)
    }
  }
}
