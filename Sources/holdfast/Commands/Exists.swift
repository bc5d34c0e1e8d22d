import HoldfastContract
import HoldfastSDK

extension Command {
  static let exists = Command(
    name: "exists",
    summary: "Tells whether there is a value, without reading it.",
    details: "Ends with 0 when there is one and with 3 when there is none.",
    positionals: [.key],
    options: [.space],
    connection: HubLocation.options,
    examples: ["holdfast exists greeting --data ./hub && echo yes"],
    run: { arguments, console in
      let request = GetRequest(space: arguments.space, key: arguments.key)
      let hub = try await Client.connect(arguments)
      let reply = try await hub.persistence.exists(request)
      console.result(
        reply.exists ? "version \(reply.version), \(Quantity.describe(bytes: Int(clamping: reply.size)))" : "no value",
        json: [
          "key": .string(request.key), "exists": .bool(reply.exists), "version": .unsigned(reply.version),
          "size": .unsigned(reply.size),
        ])
      return reply.exists ? .done : .notFound
    })
}
