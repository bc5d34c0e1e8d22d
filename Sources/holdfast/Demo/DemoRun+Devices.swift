import HoldfastServer

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The demo's second half: devices that go on working without a network.
extension DemoRun {
  /// What the devices came to.
  struct Devices {
    /// Operations that were acknowledged, with and without a network, on all devices.
    var operations: UInt64 = 0
    var conflicts: UInt64 = 0
    /// Changes that gave way to another.
    var superseded: UInt64 = 0
  }

  private static let edits = 60

  /// Runs it; everything that differs is noted.
  func tryDevices() throws(CommandFailure) -> Devices {
    var devices = Devices()
    var last: [String: UInt64] = [:]
    try meet()
    try partCompany(&last)
    try comeBack(&devices)
    try count(&last)
    try compare(last, &devices)
    return devices
  }

  private func meet() throws(CommandFailure) {
    step("Three devices keep the same notes, each in a file of its own: ann makes them, bob and cara get them.")
    _ = try output(of: "ann", ["begin"])
    for name in ["bob", "cara"] { _ = try output(of: name, ["sync"]) }
    say("\(DemoNotes.all.count) notes")
  }

  private func partCompany(_ last: inout [String: UInt64]) throws(CommandFailure) {
    step("None has a network now. All go on; what they change is on their disk and waits.")
    for name in DemoNotes.devices {
      last[name] = Self.lastOperation(try output(of: name, ["away"]))
    }
    say("ann and bob give the trip another title, bob and cara the song another text; all change the party")
  }

  private func comeBack(_ devices: inout Devices) throws(CommandFailure) {
    step("They come back, bob first.")
    for name in ["bob", "ann"] { _ = try output(of: name, ["sync"]) }
    say("the trip   ann comes later, but bob's change was: his title counts, by the field's policy")
    _ = try output(of: "cara", ["sync"])
    say("the party  place, marks and counter are merged field by field")
    let decided = try output(of: "cara", ["decide"]).first ?? ""
    devices.conflicts = WatchedChange.number("conflicts", in: decided) ?? 0
    if devices.conflicts != 1 { problem("cara had \(devices.conflicts) conflicts to decide, not 1") }
    say("the song   two texts: it waits on cara's device, who decides by hand to keep both")
  }

  /// All edit at once, and the hub and a device are killed.
  private func count(_ last: inout [String: UInt64]) throws(CommandFailure) {
    step("All three count in the same notes at once, \(Self.edits) times each.")
    var processes: [String: ChildProcess] = [:]
    for name in DemoNotes.devices { processes[name] = try startEditing(name) }
    let victim = "bob"
    var lines = read(Self.edits / 3, from: processes[victim])
    try killHub()
    lines += read(Self.edits / 3, from: processes[victim])
    step("Bob's device is killed with SIGKILL, and started again.")
    processes[victim]?.send(SIGKILL)
    lines += Self.lines(processes[victim]?.readAll() ?? [])
    say("It ended with \(processes[victim]?.wait() ?? 0); it had acknowledged \(lines.count) edits.")
    last[victim] = max(last[victim] ?? 0, Self.lastOperation(lines))
    processes[victim] = try startEditing(victim)
    for name in DemoNotes.devices {
      lines = Self.lines(processes[name]?.readAll() ?? [])
      let code = processes[name]?.wait() ?? 0
      if code != 0 { problem("\(name)'s device ended with \(code)") }
      last[name] = max(last[name] ?? 0, Self.lastOperation(lines))
    }
  }

  private func startEditing(_ name: String) throws(CommandFailure) -> ChildProcess {
    let process = try ChildProcess(device(name, ["edit", "--times", "\(Self.edits)"]))
    others.append(process)
    return process
  }

  private func compare(_ last: [String: UInt64], _ devices: inout Devices) throws(CommandFailure) {
    step("Each device says what became of its operations, and compares its notes with the hub's checksum.")
    let expected = DemoNotes.expected(edits: Self.edits).text
    for name in DemoNotes.devices {
      let operations = last[name] ?? 0
      let lines = try output(of: name, ["report", "--times", "\(operations)"])
      guard lines.count == 2 else {
        problem("\(name)'s device reports \(lines)")
        continue
      }
      if !lines[0].contains("\"equals_hub\":true") { problem("\(name)'s notes are not the hub's: \(lines[0])") }
      if lines[1] != expected { problem("\(name)'s notes are \(lines[1]), not \(expected)") }
      devices.operations += operations
      devices.superseded += WatchedChange.number("superseded", in: lines[0]) ?? 0
      say("\(name): \(lines[0])")
    }
    if devices.superseded == 0 { problem("no change gave way to another") }
  }

  // MARK: Tools

  private func device(_ name: String, _ words: [String]) -> [String] {
    ["demo-device"] + words
      + [
        "--replica", "\(folder)/\(name).replica", "--name", name, "--space", "notes", "--data", directory.path,
        "--json",
      ]
  }

  /// Runs a step of a device, which has to succeed; the lines that it prints.
  private func output(of name: String, _ words: [String]) throws(CommandFailure) -> [String] {
    let process = try ChildProcess(device(name, words))
    let output = process.readAll()
    let code = process.wait()
    guard code == 0 else {
      throw CommandFailure(.failed, "\(name)'s device ended with \(code) in the step \(words[0])")
    }
    return Self.lines(output)
  }

  private func read(_ count: Int, from process: ChildProcess?) -> [String] {
    var lines: [String] = []
    while lines.count < count, let line = process?.readLine() { lines.append(line) }
    return lines
  }

  private static func lines(_ output: [UInt8]) -> [String] {
    String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private static func lastOperation(_ lines: [String]) -> UInt64 {
    lines.compactMap { WatchedChange.number("operation", in: $0) }.max() ?? 0
  }
}
