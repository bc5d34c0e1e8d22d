import HoldfastContract
import HoldfastCrypto
import HoldfastSDK
import HoldfastWire

extension Command {
  static let traces = Command(
    name: "traces",
    summary: "Prints the newest spans of a hub: of uploads, profiles, runs and the work on their columns.",
    details: """
      In JSON, as OTLP/HTTP has it: what is printed can be sent to the /v1/traces of a collector. The newest spans come
      first; the hub keeps some thousands in memory. For administrators.
      """,
    options: [.value("--trace", "ID", "Of this trace alone: 32 hexadecimal digits.")],
    connection: HubLocation.options,
    examples: [
      "holdfast traces --data ./hub",
      "holdfast traces --data ./hub | curl --json @- http://localhost:4318/v1/traces",
    ],
    run: { arguments, console in
      var request = SpansRequest()
      if let text = arguments["--trace"] {
        guard let trace = bytes(hex: text), TraceID(bytes: trace) != nil else {
          throw UsageError(message: "--trace takes 32 hexadecimal digits that are not all zero, not \"\(text)\"")
        }
        request.trace = trace
      }
      let hub = try await Client.connect(arguments)
      let reply = try await hub.administration.spans(request)
      console.result(bytes: Array((reply.otlp + "\n").utf8))
      if reply.more { console.note("There are older spans, which did not fit. Ask for one trace with --trace.") }
      return .done
    })
}
