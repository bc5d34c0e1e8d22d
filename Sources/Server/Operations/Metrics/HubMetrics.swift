internal import HoldfastContract
internal import HoldfastWire

/// What the hub is, and since when.
struct HubMetrics: MetricSource {
  let version: String
  let started: Timestamp

  func write(to text: inout MetricText) {
    text.metric("holdfast_build_info", .gauge, "Always 1; the label tells the hub's version.")
    text.sample([("version", version)], 1)
    text.metric("holdfast_start_time_seconds", .gauge, "When the hub started, in seconds since 1970.")
    text.sample([], real: Double(started.seconds) + Double(started.nanoseconds) / 1e9)
  }
}
