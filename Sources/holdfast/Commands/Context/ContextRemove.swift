import HoldfastContract
import HoldfastSDK

extension Command {
  static let contextRemove = Command(
    name: "context remove",
    summary: "Removes the value of one scope: a wider scope's counts again.",
    details: "Ends with 3 when there was none.",
    positionals: [.contextName],
    options: [
      .scope("space"), .device, .user, .flag("--forget", "Forget what it was before as well."), .expected, .space,
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast context remove theme --data ./hub",
      "holdfast context remove theme --scope user --forget --data ./hub",
    ],
    run: { arguments, console in
      let request = ContextRemoveRequest(
        place: try arguments.place(), name: arguments.contextName, expected: try arguments.expectedVersion(),
        forget: arguments.has("--forget"))
      let hub = try await Client.connect(arguments)
      let reply = try await hub.context.remove(request)
      guard reply.existed else {
        throw CommandFailure(.notFound, "there is no context \(request.name) in the scope \(request.place.scope)")
      }
      console.result(
        "\(reply.version)",
        json: [
          "name": .string(request.name), "scope": .string(request.place.scope.description),
          "version": .unsigned(reply.version),
        ])
      return .done
    })
}
