/// What has happened in a simulated world, line by line. The same seed gives the same bytes in every process.
struct SimulationTrace {
  /// The last lines, for whoever looks for the cause of a failure.
  private(set) var lines: [String] = []
  /// Of all lines, those that were left behind too: FNV-1a.
  private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  private let keepsAll: Bool

  init(keepsAll: Bool) { self.keepsAll = keepsAll }

  mutating func note(_ time: UInt64, _ text: String) {
    let line = "\(time / 1_000_000_000).\(String(1_000 + time / 1_000_000 % 1_000).dropFirst()) \(text)"
    for byte in line.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
    digest = (digest ^ 10) &* 0x100_0000_01b3
    lines.append(line)
    if !keepsAll && lines.count >= 2 * Limits.tracedLines { lines.removeFirst(Limits.tracedLines) }
  }
}
