import HoldfastServer
import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The demo's third part: a program that keeps its own state, and asks for context.
extension DemoRun {
  /// What the program came to.
  struct Findings {
    /// Saves that were acknowledged before it was killed.
    var saves: UInt64 = 0
    /// Values that it was told of as they changed.
    var contexts = 0
  }

  private static let saves = 40
  private static let device = "lighthouse-1"

  /// Runs it; everything that differs is noted.
  func tryProgram() throws(CommandFailure) -> Findings {
    var program = Findings()
    try saveUntilKilled(&program)
    try askForContext(&program)
    return program
  }

  private func saveUntilKilled(_ program: inout Findings) throws(CommandFailure) {
    step("A program keeps its settings, sealed, in a file of its own; it is killed with SIGKILL while it saves.")
    let process = try ChildProcess(words("save"))
    var lines: [String] = []
    while lines.count <= Self.saves, let line = process.readLine() { lines.append(line) }
    process.send(SIGKILL)
    lines += String(decoding: process.readAll(), as: UTF8.self).split(separator: "\n").map(String.init)
    process.wait()
    program.saves = lines.compactMap { WatchedChange.number("saved", in: $0) }.max() ?? 0
    if program.saves < Self.saves { problem("the program said \(lines.suffix(3)) before it was killed") }
    say("It had acknowledged \(program.saves) saves.")
    do {
      for name in ["program.sqlite", "program.sqlite-wal"] where try LocalFile.status(of: folder + "/" + name) != nil {
        let bytes = try LocalFile.read(folder + "/" + name, limit: Limits.valueBytes)
        if String(decoding: bytes, as: UTF8.self).contains(DemoProgram.secret) { problem("\(name) tells the secret") }
      }
    } catch {
      throw CommandFailure(.failed, error.description)
    }
  }

  private func askForContext(_ program: inout Findings) throws(CommandFailure) {
    step("It starts again, with what it had saved, and asks the hub for context.")
    let file = folder + "/program.output"
    let process = try ChildProcess(words("ask"), into: file)
    others.append(process)
    func expect(_ text: String) throws(CommandFailure) {
      try wait("the program to say \(text)") { Self.lines(in: file).last?.contains(text) == true }
      program.contexts += 1
      say(Self.lines(in: file).last ?? "")
    }
    try expect(#""pace":1,"source":"default","reason":"default""#)
    guard let restored = Self.lines(in: file).first.flatMap({ WatchedChange.number("restored", in: $0) }) else {
      throw CommandFailure(.failed, "the program did not say what it restored")
    }
    // The last save may have been durable before it was told of.
    if restored < program.saves { problem("the program has restored \(restored) saves, not \(program.saves)") }
    _ = try result(of: ["context", "set", "demo.pace", "5", "--scope", "space"])
    try expect(#""pace":5,"source":"hub: space""#)
    _ = try result(of: ["context", "set", "demo.pace", "9", "--scope", "device", "--device", Self.device])
    try expect(#""pace":9,"source":"hub: device""#)
    try killHub { () throws(CommandFailure) in try expect(#""pace":9,"source":"hub: device","reason":"stale""#) }
    _ = try result(of: ["context", "set", "demo.pace", "7", "--scope", "device", "--device", Self.device])
    try expect(#""pace":7,"source":"hub: device","reason":"fresh""#)
    process.send(SIGTERM)
    let code = process.wait()
    if code != 0 { problem("the program ended with \(code)") }
  }

  private func words(_ step: String) -> [String] {
    [
      "demo-program", step, "--state", folder + "/program.sqlite", "--key", folder + "/program.key", "--device",
      Self.device, "--space", Self.space, "--data", directory.path, "--json",
    ]
  }
}
