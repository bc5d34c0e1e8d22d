import HoldfastRPC
import HoldfastServer

extension Option {
  /// How much one client may take; `standard` says whether these are a hub's own settings.
  static func clientLimits(standard: String?) -> [Option] {
    [
      .value(
        "--rate", "CALLS/s", "Calls that a client may begin in a second, or none for any number.", standard: standard),
      .value("--byte-rate", "SIZE/s", "Bytes of messages, both ways together, or none.", standard: standard),
      .value(
        "--burst", "TIME", "How much of the time that it was quiet a client may make up for at once.",
        standard: standard.map { _ in "2s" }),
      .value("--client-connections", "N", "Connections of one client at once, or none.", standard: standard),
    ]
  }
}

extension Arguments {
  /// What the options for a client's limits say.
  func clientLimits() throws(UsageError) -> ClientLimits {
    ClientLimits(
      callsPerSecond: try limit("--rate", upTo: HoldfastServer.Limits.callsPerSecond),
      bytesPerSecond: try byteRate("--byte-rate", upTo: HoldfastServer.Limits.bytesPerSecond),
      burst: try duration("--burst", in: .milliseconds(1)...HoldfastServer.Limits.burst),
      connections: try limit("--client-connections", upTo: HoldfastServer.Limits.clientConnections))
  }
}
