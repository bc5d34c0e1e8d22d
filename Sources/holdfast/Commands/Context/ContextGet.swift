import HoldfastContract
import HoldfastSDK

extension Command {
  static let contextGet = Command(
    name: "context get",
    summary: "Prints what a name stands for: the value of the narrowest scope that has one.",
    details: """
      A device's value goes before its user's, that before the space's, and that before the whole hub's. Ends with 3 when
      there is none. With --json it says which scope the value is from.
      """,
    positionals: [.contextName],
    options: [.scope("all, the narrowest first,"), .device, .user, .space],
    connection: HubLocation.options,
    examples: [
      "holdfast context get theme --data ./hub", "holdfast context get theme --device kiosk-7 --json --data ./hub",
    ],
    run: { arguments, console in
      let request = ContextLookupRequest(view: try arguments.view(), names: [arguments.contextName])
      let hub = try await Client.connect(arguments)
      guard let entry = try await hub.context.lookup(request).findings.first?.entry else {
        throw CommandFailure(.notFound, "there is no context \(arguments.contextName)")
      }
      if console.isJSON {
        console.result("", json: JSON(entry))
      } else {
        console.result(bytes: entry.content)
      }
      return .done
    })
}
