/// The commands of the program, and how a command line finds its own.
struct CommandTable: Sendable {
  let program: String
  let summary: String
  let commands: [Command]

  enum Choice {
    case run(Command, Arguments)
    /// Show this and end well.
    case help(String)
  }

  /// What a command line, without the program's name, asks for.
  func choose(_ words: [String]) throws(UsageError) -> Choice {
    guard let first = words.first else { throw UsageError(message: "which command?", hint: overview) }
    if first == "--version" { return .help("\(program) \(Program.version)") }
    if ["--help", "-h", "help"].contains(first) {
      let rest = words.dropFirst().joined(separator: " ")
      guard let command = commands.first(where: { $0.name == rest }) else { return .help(overview) }
      return .help(help(for: command))
    }
    if let command = commands.first(where: { $0.name == words.prefix(2).joined(separator: " ") }), words.count > 1 {
      return try choose(command, words.dropFirst(2))
    }
    if let command = commands.first(where: { $0.name == first }) {
      return try choose(command, words.dropFirst())
    }
    return try chooseGroup(first, words.dropFirst())
  }

  private func choose(_ command: Command, _ words: some Sequence<String>) throws(UsageError) -> Choice {
    do {
      let arguments = try Arguments(words, for: command)
      return arguments.asksForHelp ? .help(help(for: command)) : .run(command, arguments)
    } catch {
      let see = "See `\(program) \(command.name) --help`."
      throw UsageError(message: "\(command.name): \(error.message)", hint: error.hint.map { "\($0) \(see)" } ?? see)
    }
  }

  /// The first word alone is no command; it may be a group's.
  private func chooseGroup(_ first: String, _ rest: ArraySlice<String>) throws(UsageError) -> Choice {
    let members = commands.filter { $0.name.hasPrefix(first + " ") && !$0.isHidden }
    guard !members.isEmpty else {
      let names = Set(commands.filter { !$0.isHidden }.map { $0.name.prefix { $0 != " " } }).map(String.init)
      throw UsageError(
        message: "there is no command \"\(first)\"",
        hint: Spelling.hint(for: first, among: names.sorted()) ?? "See `\(program) --help`.")
    }
    let list = members.map { "  \(program) \($0.name)" }.joined(separator: "\n")
    if let word = rest.first, ["--help", "-h"].contains(word) { return .help(list) }
    throw UsageError(message: "\(first): say what to do", hint: "One of:\n\(list)")
  }

  // MARK: Help

  /// The list of commands.
  var overview: String {
    let visible = commands.filter { !$0.isHidden }
    return """
      \(summary)

      usage: \(program) COMMAND [ARGUMENT…]

      \(Self.columns(visible.map { ($0.name, $0.summary) }))

      `\(program) COMMAND --help` tells more.
      """
  }

  func help(for command: Command) -> String {
    var sections = [command.summary + (command.details.isEmpty ? "" : "\n\n" + command.details)]
    let words = command.positionals.map { $0.isOptional ? "[\($0.name)]" : $0.name }
    sections.append((["usage:", program, command.name, "[OPTION…]"] + words).joined(separator: " "))
    if !command.positionals.isEmpty {
      sections.append(Self.columns(command.positionals.map { ($0.name, $0.summary) }))
    }
    for (heading, options) in [
      ("Settings:", command.settings), ("Options:", command.options + [.json, .help]),
      ("The hub, and who asks it:", command.connection),
    ] where !options.isEmpty {
      sections.append(heading + "\n" + Self.columns(options.map { ($0.title, $0.explanation) }))
    }
    if !command.examples.isEmpty {
      sections.append("Examples:\n" + command.examples.map { "  " + $0 }.joined(separator: "\n"))
    }
    return sections.joined(separator: "\n\n")
  }

  /// Names in one column, what they mean in the next.
  private static func columns(_ rows: [(name: String, text: String)]) -> String {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.map { row in
      let name = row.name + String(repeating: " ", count: width - row.name.count)
      return "  \(name)  "
        + row.text.split(separator: "\n").joined(separator: "\n" + String(repeating: " ", count: width + 4))
    }
    .joined(separator: "\n")
  }
}

extension Option {
  /// What it means, and what it is when nobody says.
  var explanation: String { summary + (standard.map { " Default: \($0)." } ?? "") }

  /// The option as help shows it: "--payload BYTES".
  var title: String {
    switch kind {
    case .flag: name
    case .value(let placeholder): "\(name) \(placeholder)"
    case .list(let placeholder): "\(name) \(placeholder) …"
    }
  }
}
