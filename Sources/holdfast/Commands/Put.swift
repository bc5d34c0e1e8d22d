import HoldfastContract
import HoldfastSDK
import HoldfastServer
import HoldfastStore

extension Command {
  static let put = Command(
    name: "put",
    summary: "Stores a value durably and prints its version.",
    positionals: [
      .key,
      Positional(name: "VALUE", summary: "The content; - reads it from standard input.", isOptional: true),
    ],
    options: [
      .value("--file", "FILE", "Take the content from a file."),
      .value("--type", "TYPE", "A media type or another note, kept beside the value."),
      .value("--expires-in", "TIME", "Forget the value after this: 90s, 12h, 7d."),
      .value("--subject", "NAME", "Whom the value is about, so that it can be erased with all else about them."),
      .expected, .space,
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast put greeting hello --data ./hub",
      "holdfast put report.pdf --file report.pdf --type application/pdf --data ./hub",
      "date | holdfast put now - --expect 0 --data ./hub",
    ],
    run: { arguments, console in
      let request = PutRequest(
        space: arguments.space, key: arguments.key, content: try content(arguments), type: arguments["--type"] ?? "",
        expiresIn: try arguments.duration("--expires-in"), expected: try arguments.expectedVersion(),
        subject: arguments["--subject"] ?? "")
      let hub = try await Client.connect(arguments)
      let progress = ProgressBar(request.key, on: console)
      defer { progress.end() }
      let reply = try await hub.persistence.store(request) { progress.update(done: $0, of: $1) }
      progress.end()
      console.result(
        "\(reply.version)", json: ["key": .string(request.key), "version": .unsigned(reply.version)])
      return .done
    })
}

private func content(_ arguments: Arguments) throws -> [UInt8] {
  let value = arguments.positional("VALUE")
  if let file = arguments["--file"] {
    guard value == nil else { throw UsageError(message: "put: give VALUE or --file, not both") }
    return try file.contents()
  }
  guard let value else { throw UsageError(message: "put: VALUE is missing", hint: "Give it, or - or --file FILE.") }
  return value == "-" ? try "/dev/stdin".contents() : Array(value.utf8)
}

extension String {
  /// The bytes of the file at this path.
  fileprivate func contents() throws(CommandFailure) -> [UInt8] {
    do {
      return try LocalFile.read(self, limit: Limits.valueBytes)
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }
}
