/// Where an option's value was found.
enum Origin: Sendable, Hashable {
  case commandLine
  /// The variable's name.
  case environment(String)
  case file(String, line: Int)
  /// Nobody gave it.
  case standard

  /// As `--print-config` shows it.
  var description: String {
    switch self {
    case .commandLine: "command line"
    case .environment(let variable): variable
    case .file(let path, let line): "\(path):\(line)"
    case .standard: "default"
    }
  }
}

extension Option {
  /// The file with the other settings; a setting itself, but for the file.
  static let config = value(
    "--config", "FILE", "Read settings from a file. Environment: HOLDFAST_CONFIG.")
  static let printConfig = flag("--print-config", "Show each setting and where it comes from, and end.")

  /// How a configuration file names it: "client-ca".
  var settingName: String { String(name.drop { $0 == "-" }) }

  /// The variable of the environment that gives it: "HOLDFAST_CLIENT_CA".
  var variable: String {
    "HOLDFAST_" + String(settingName.map { $0 == "-" ? "_" : $0 }).uppercased()
  }
}

extension Arguments {
  /// These arguments with the command's settings filled in: what the command line does not say comes from the
  /// environment, what that does not say from the configuration file, and the rest from the defaults.
  func configured(environment: (String) -> String?) throws(UsageError) -> Arguments {
    var configured = self
    let path = self[Option.config.name] ?? environment(Option.config.variable)
    let file = try path.map { path throws(UsageError) in try ConfigurationFile.read(path) }
    let found = try file.map { file throws(UsageError) in try settings(in: file) } ?? [:]
    for setting in command.settings where origin(of: setting.name) == nil {
      if let text = environment(setting.variable) {
        try configured.take(setting, [text], .environment(setting.variable))
      } else if let (file, lines) = file.flatMap({ file in found[setting.name].map { (file, $0) } }) {
        try configured.take(setting, lines.map(\.value), .file(file.path, line: lines[0].number))
      } else if let text = setting.standard {
        try configured.take(setting, [text], .standard)
      }
    }
    return configured
  }

  /// The lines of a file by the options that they set.
  private func settings(in file: ConfigurationFile) throws(UsageError) -> [String: [ConfigurationFile.Line]] {
    var found: [String: [ConfigurationFile.Line]] = [:]
    for line in file.lines {
      let place = "\(file.path):\(line.number)"
      guard let setting = command.settings.first(where: { $0.settingName == line.name }) else {
        throw UsageError(
          message: "\(place): there is no setting \"\(line.name)\"",
          hint: Spelling.hint(for: line.name, among: command.settings.map(\.settingName)))
      }
      if !setting.kind.isMany, let first = found[setting.name]?.first {
        throw UsageError(message: "\(place): \(line.name) is set already, in line \(first.number)")
      }
      found[setting.name, default: []].append(line)
    }
    return found
  }

  /// Outside the command line a list is written with commas, and a flag is `yes` or `no`.
  private mutating func take(_ setting: Option, _ texts: [String], _ origin: Origin) throws(UsageError) {
    switch setting.kind {
    case .value: set(setting.name, texts, origin)
    case .list: set(setting.name, texts.flatMap { $0.split(separator: ",").map { String($0.trimmed) } }, origin)
    case .flag:
      switch texts.last {
      case "yes": set(setting.name, texts, origin)
      case "no": break
      default:
        throw UsageError(
          message: "\(origin.description): \(setting.settingName) is yes or no, not \"\(texts.last ?? "")\"")
      }
    }
  }

  /// Shows the settings in force, in the form of a configuration file.
  func printSettings(_ console: Console) {
    for setting in command.settings {
      let value = setting.kind == .flag ? "yes" : list(of: setting).joined(separator: ", ")
      let origin = origin(of: setting.name)?.description
      console.result(
        origin.map { "\(setting.settingName) = \(value)  # \($0)" } ?? "# \(setting.settingName) is not set",
        json: [
          "name": .string(setting.settingName), "value": origin == nil ? .null : .string(value),
          "from": origin.map { .string($0) } ?? .null,
        ])
    }
  }
}
