import HoldfastContract
import HoldfastSDK

extension Command {
  static let delete = Command(
    name: "delete",
    summary: "Removes a value.",
    details: "Ends with 3 when there was none.",
    positionals: [.key],
    options: [.expected, .space],
    connection: HubLocation.options,
    examples: ["holdfast delete greeting --data ./hub", "holdfast delete greeting --expect 12 --data ./hub"],
    run: { arguments, console in
      let request = DeleteRequest(
        space: arguments.space, key: arguments.key, expected: try arguments.expectedVersion())
      let hub = try await Client.connect(arguments)
      let reply = try await hub.persistence.delete(request)
      guard reply.existed else { throw CommandFailure(.notFound, "there is no value \(request.key)") }
      console.result(
        "\(reply.version)", json: ["key": .string(request.key), "version": .unsigned(reply.version)])
      return .done
    })
}
