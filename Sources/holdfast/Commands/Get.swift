import HoldfastContract
import HoldfastSDK
import HoldfastServer
import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Command {
  static let get = Command(
    name: "get",
    summary: "Prints a value's content, as it is, or writes it to a file.",
    details: """
      Ends with 3 when there is no such value. With --json the content is text, or Base64 if it is no text; with --file,
      too, it is in the file alone.
      """,
    positionals: [.key],
    options: [
      .value("--file", "FILE", "Write the content to a file, which is replaced as a whole or not at all."), .space,
    ],
    connection: HubLocation.options,
    examples: ["holdfast get greeting --data ./hub", "holdfast get report.pdf --file report.pdf --data ./hub"],
    run: { arguments, console in
      let request = GetRequest(space: arguments.space, key: arguments.key)
      let hub = try await Client.connect(arguments)
      let progress = ProgressBar(request.key, on: console)
      defer { progress.end() }
      // A bar would be in the way of content on the same terminal.
      let showsProgress = arguments["--file"] != nil || isatty(STDOUT_FILENO) == 0
      let found = try await hub.persistence.load(request) { if showsProgress { progress.update(done: $0, of: $1) } }
      progress.end()
      guard let found else { throw CommandFailure(.notFound, "there is no value \(request.key)") }
      if let file = arguments["--file"] {
        try write(found, to: file, console)
      } else if console.isJSON {
        console.result("", json: JSON(found))
      } else {
        console.result(bytes: found.content)
      }
      return .done
    })
}

private func write(_ value: HoldfastContract.Value, to file: String, _ console: Console) throws(CommandFailure) {
  do {
    try LocalFile.replace(file, with: value.content, mode: 0o666)
  } catch {
    throw CommandFailure(.failed, error.description)
  }
  console.result(
    "version \(value.version), \(Quantity.describe(bytes: value.content.count))",
    json: JSON(value, withContent: false))
}
