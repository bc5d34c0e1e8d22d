/// The command line was not understood.
struct UsageError: Error {
  let message: String
}

/// Options with and without values, and the rest.
struct Arguments {
  private(set) var flags: Set<String> = []
  private(set) var values: [String: [String]] = [:]
  private(set) var rest: [String] = []

  /// `flags` stand alone, `options` take a value: `--name value` or `--name=value`. What follows `--` is no option.
  init(_ arguments: ArraySlice<String>, flags known: Set<String>, options: Set<String>) throws(UsageError) {
    var arguments = arguments
    while let argument = arguments.popFirst() {
      if argument == "--" {
        rest += arguments
        return
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        rest.append(argument)
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if known.contains(argument) {
        flags.insert(argument)
      } else if options.contains(parts[0]) {
        guard let value = parts.count > 1 ? parts[1] : arguments.popFirst() else {
          throw UsageError(message: "\(argument) needs a value")
        }
        values[parts[0], default: []].append(value)
      } else {
        throw UsageError(message: "unknown option \(argument)")
      }
    }
  }

  /// The value of an option that is given at most once.
  func value(_ option: String) throws(UsageError) -> String? {
    let all = values[option] ?? []
    guard all.count < 2 else { throw UsageError(message: "\(option) is given more than once") }
    return all.first
  }
}
