import HoldfastContract
import HoldfastSDK

extension Command {
  static let get = Command(
    name: "get",
    summary: "Prints a value's content, as it is.",
    details: "Ends with 3 when there is no such value. With --json the content is text, or Base64 if it is no text.",
    positionals: [.key],
    options: [.space] + HubLocation.options,
    examples: ["holdfast get greeting --data ./hub", "holdfast get report.pdf --data ./hub > report.pdf"],
    run: { arguments, console in
      let request = GetRequest(space: arguments.space, key: arguments.key)
      let hub = try await Client.connect(arguments)
      let found = try await hub.persistence.load(request)
      guard let found else { throw CommandFailure(.notFound, "there is no value \(request.key)") }
      if console.isJSON {
        console.result("", json: JSON(found))
      } else {
        console.result(bytes: found.content)
      }
      return .done
    })
}
