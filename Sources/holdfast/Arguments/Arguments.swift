/// What a command line says, once it has been held against what its command takes.
struct Arguments: Sendable {
  let command: Command
  private(set) var positionals: [String] = []
  private var values: [String: [String]] = [:]
  private var origins: [String: Origin] = [:]

  /// Reads the words after the command's name.
  ///
  /// Options and positionals may come in any order; `--name=value` is as good as `--name value`; everything after `--` is
  /// a positional, and so is a lone `-`.
  init(_ words: some Sequence<String>, for command: Command) throws(UsageError) {
    self.command = command
    var rest = Array(words)[...]
    while let word = rest.popFirst() {
      if word == "--" {
        positionals += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        positionals.append(word)
        continue
      }
      try takeOption(word, from: &rest)
    }
    if asksForHelp { return }
    try checkPositionals()
  }

  /// Whether `--help` or `-h` is among them; then the rest may be incomplete.
  var asksForHelp: Bool { values[Option.help.name] != nil }

  private mutating func takeOption(_ word: String, from rest: inout ArraySlice<String>) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = word == "-h" ? Option.help.name : String(parts[0])
    guard let option = command.everyOption.first(where: { $0.name == name }) else {
      throw UsageError(
        message: "there is no option \(name)", hint: Spelling.hint(for: name, among: command.everyOption.map(\.name)))
    }
    guard option.kind != .flag else {
      guard parts.count == 1 else { throw UsageError(message: "\(name) takes no value") }
      set(name, [], .commandLine)
      return
    }
    if case .value = option.kind, values[name] != nil { throw UsageError(message: "\(name) is given twice") }
    guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
      throw UsageError(message: "\(name) needs a value")
    }
    set(name, (values[name] ?? []) + [value], .commandLine)
  }

  /// Notes what an option is, and who said so.
  mutating func set(_ option: String, _ texts: [String], _ origin: Origin) {
    values[option] = texts
    origins[option] = origin
  }

  private func checkPositionals() throws(UsageError) {
    let needed = command.positionals.filter { !$0.isOptional }
    if positionals.count < needed.count {
      throw UsageError(message: "\(needed[positionals.count].name) is missing")
    }
    if positionals.count > command.positionals.count {
      throw UsageError(message: "\"\(positionals[command.positionals.count])\" is one argument too many")
    }
  }

  // MARK: Reading

  /// The positional of that name, if it is there.
  func positional(_ name: String) -> String? {
    let place = command.positionals.firstIndex { $0.name == name }
    precondition(place != nil, "\(command.name) declares no \(name)")
    return place.flatMap { $0 < positionals.count ? positionals[$0] : nil }
  }

  func has(_ option: String) -> Bool {
    list(option, isFlag: true) != nil
  }

  /// The option's value, if it is there.
  subscript(_ option: String) -> String? {
    list(option, isFlag: false)?.first
  }

  func list(_ option: String) -> [String] {
    list(option, isFlag: false) ?? []
  }

  /// All that was given for an option of any kind.
  func list(of option: Option) -> [String] { values[option.name] ?? [] }

  /// Who said what an option is; nil when it has no value.
  func origin(of option: String) -> Origin? { origins[option] }

  /// How a message names an option: as whoever gave it wrote it.
  func name(of option: String) -> String {
    switch origins[option] {
    case .environment(let variable): variable
    case .file(let path, let line): "\(path):\(line): \(option.drop { $0 == "-" })"
    case .commandLine, .standard, nil: option
    }
  }

  /// A number of bytes: `4096`, `1KiB`, `10MB`.
  func bytes(_ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = self[option] else { return nil }
    return try inRange(Quantity.bytes(text), option, text, range, "a size such as 512, 1KiB or 4MB")
  }

  /// A whole number.
  func count(_ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = self[option] else { return nil }
    return try inRange(Int(text), option, text, range, "a number")
  }

  /// A limit that can be lifted: a whole number, `100/s` where it is one in a second, or `none`, which is 0.
  func limit(_ option: String, upTo most: Int) throws(UsageError) -> Int? {
    guard let text = self[option] else { return nil }
    return try inRange(Quantity.rate(text) { Int($0) }, option, text, 0...most, "none or a number")
  }

  /// A limit of bytes in a second that can be lifted: `10MB/s`, or `none`, which is 0.
  func byteRate(_ option: String, upTo most: Int) throws(UsageError) -> Int? {
    guard let text = self[option] else { return nil }
    return try inRange(
      Quantity.rate(text, Quantity.bytes), option, text, 0...most, "none or a size such as 512KiB/s or 4MB/s")
  }

  /// A time: `5` or `5s` for seconds, `250ms`, `2m`, `1h`, `7d`.
  func duration(_ option: String) throws(UsageError) -> Duration? {
    guard let text = self[option] else { return nil }
    guard let duration = Quantity.duration(text) else {
      throw UsageError(message: "\(name(of: option)) takes a time such as 5s, 250ms, 2h or 7d, not \"\(text)\"")
    }
    return duration
  }

  /// A time within bounds.
  func duration(_ option: String, in range: ClosedRange<Duration>) throws(UsageError) -> Duration? {
    guard let duration = try duration(option) else { return nil }
    guard range.contains(duration) else {
      throw UsageError(
        message: "\(name(of: option)) takes a time from \(range.lowerBound) to \(range.upperBound), not \(duration)")
    }
    return duration
  }

  private func inRange(
    _ value: Int?, _ option: String, _ text: String, _ range: ClosedRange<Int>, _ what: String
  ) throws(UsageError) -> Int {
    guard let value, range.contains(value) else {
      let bounds =
        range.upperBound == .max ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      throw UsageError(message: "\(name(of: option)) takes \(what) \(bounds), not \"\(text)\"")
    }
    return value
  }

  private func list(_ option: String, isFlag: Bool) -> [String]? {
    let declared = command.everyOption.first { $0.name == option }
    precondition(declared.map { ($0.kind == .flag) == isFlag } ?? false, "\(command.name) declares no such \(option)")
    return values[option]
  }
}

extension Command {
  /// Its own options and the ones that every command has.
  var everyOption: [Option] { settings + options + connection + [.json, .help] }
}
