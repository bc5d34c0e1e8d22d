import HoldfastContract
import HoldfastSDK

extension Command {
  static let metrics = Command(
    name: "metrics",
    summary: "Prints what a hub has counted since it started, and how much it has to do now.",
    details: """
      In text: Prometheus' format, as it is scraped. With --json a line for each sample: its name, its labels and its value.
      For administrators.
      """,
    connection: HubLocation.options,
    examples: ["holdfast metrics --data ./hub", "holdfast metrics --data ./hub | grep holdfast_requests_total"],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      let text = try await hub.administration.metrics(MetricsRequest()).text
      guard console.isJSON else {
        console.result(bytes: Array(text.utf8))
        return .done
      }
      for line in text.split(separator: "\n") where !line.hasPrefix("#") {
        guard let sample = MetricSample(line) else {
          throw CommandFailure(.failed, "the hub sent a line that is no sample: \(line)")
        }
        console.result("\(line)", json: sample.json)
      }
      return .done
    })
}
