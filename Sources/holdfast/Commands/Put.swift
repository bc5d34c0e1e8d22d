import HoldfastContract
import HoldfastSDK

extension Command {
  static let put = Command(
    name: "put",
    summary: "Stores a value durably and prints its version.",
    positionals: [
      .key,
      .value,
    ],
    options: [
      .content, .type, .expiresIn,
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
        space: arguments.space, key: arguments.key, content: try arguments.content(), type: arguments["--type"] ?? "",
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
