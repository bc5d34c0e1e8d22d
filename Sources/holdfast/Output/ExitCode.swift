/// What the program tells the shell when it ends.
enum ExitCode: Int32, Sendable, CaseIterable {
  case done = 0
  /// The hub or this program could not do it.
  case failed = 1
  /// The command line makes no sense.
  case usage = 2
  case notFound = 3
  /// A precondition did not hold.
  case conflict = 4
  /// No hub answers.
  case unreachable = 5
  /// The hub does not let this client do it, or is not the one that the client trusts.
  case refused = 6
  /// Somebody asked the program to end before its work was done: what shells say of a program that Ctrl-C has ended.
  case interrupted = 130

  /// The name in JSON.
  var name: String {
    switch self {
    case .done: "done"
    case .failed: "failed"
    case .usage: "usage"
    case .notFound: "not_found"
    case .conflict: "conflict"
    case .unreachable: "unreachable"
    case .refused: "refused"
    case .interrupted: "interrupted"
    }
  }
}

/// Why a command ended without doing what it was asked to.
struct CommandFailure: Error {
  let code: ExitCode
  let message: String
  /// What to do about it.
  var hint: String?

  init(_ code: ExitCode, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
