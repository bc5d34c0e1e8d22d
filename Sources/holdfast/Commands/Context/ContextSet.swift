import HoldfastContract
import HoldfastSDK

extension Command {
  static let contextSet = Command(
    name: "context set",
    summary: "Sets a value for the whole hub, a space, a user or a device, and prints its version.",
    details: "The whole hub's values are set by administrators alone.",
    positionals: [.contextName, .value],
    options: [.scope("space"), .device, .user, .content, .type, .expiresIn, .expected, .space],
    connection: HubLocation.options,
    examples: [
      "holdfast context set theme dark --data ./hub",
      "holdfast context set theme light --scope device --device kiosk-7 --expires-in 12h --data ./hub",
      "holdfast context set motd 'Back at noon' --scope global --data ./hub",
    ],
    run: { arguments, console in
      let request = ContextSetRequest(
        place: try arguments.place(), name: arguments.contextName, content: try arguments.content(),
        type: arguments["--type"] ?? "", expiresIn: try arguments.duration("--expires-in"),
        expected: try arguments.expectedVersion())
      let hub = try await Client.connect(arguments)
      let reply = try await hub.context.set(request)
      console.result(
        "\(reply.version)",
        json: [
          "name": .string(request.name), "scope": .string(request.place.scope.description),
          "version": .unsigned(reply.version),
        ])
      return .done
    })
}
