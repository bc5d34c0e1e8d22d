/// One command of the program: what it is called, what it takes, and what it does.
struct Command: Sendable {
  /// As it is typed after `holdfast`; two words for a command of a group: "token create".
  let name: String
  /// One sentence for the list of commands.
  let summary: String
  /// What else there is to know, for the command's own help.
  var details = ""
  var positionals: [Positional] = []
  var options: [Option] = []
  /// How it reaches its hub, for commands that do.
  var connection: [Option] = []
  /// Options that the environment and a configuration file can give too. Whoever declares some declares `--config` and
  /// `--print-config` with them.
  var settings: [Option] = []
  /// Whole command lines.
  var examples: [String] = []
  /// Left out of the list of commands: a part of another command that runs in a process of its own.
  var isHidden = false
  /// Does the work. Throws a `CommandFailure` for what went wrong.
  let run: @Sendable (Arguments, Console) async throws -> ExitCode
}

/// An argument that is told by its place.
struct Positional: Sendable {
  let name: String
  let summary: String
  var isOptional = false
}

/// An argument that is told by its name, such as `--payload 1KiB`.
struct Option: Sendable {
  enum Kind: Sendable, Hashable {
    /// Present or not.
    case flag
    /// Takes one value; given twice is an error.
    case value(placeholder: String)
    /// Takes a value each time that it is given.
    case list(placeholder: String)

    /// Whether it may be given several times.
    var isMany: Bool { if case .list = self { true } else { false } }
  }

  /// With its dashes: "--payload".
  let name: String
  let kind: Kind
  let summary: String
  /// What a setting is when nobody says.
  var standard: String?

  static func flag(_ name: String, _ summary: String) -> Option {
    Option(name: name, kind: .flag, summary: summary)
  }

  static func value(
    _ name: String, _ placeholder: String, _ summary: String, standard: String? = nil
  ) -> Option {
    Option(name: name, kind: .value(placeholder: placeholder), summary: summary, standard: standard)
  }

  static func list(_ name: String, _ placeholder: String, _ summary: String) -> Option {
    Option(name: name, kind: .list(placeholder: placeholder), summary: summary)
  }

  static let json = flag("--json", "Print results as JSON, one value a line.")
  static let help = flag("--help", "Show this.")
}

/// A command line that the program does not understand.
struct UsageError: Error, Hashable {
  let message: String
  /// What to type instead or where to look, if there is something better to say than `--help`.
  var hint: String?
}
