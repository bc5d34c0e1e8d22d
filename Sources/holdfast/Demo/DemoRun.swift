import HoldfastServer
import HoldfastStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The demo: every hub and client in it is a process of its own, run from this same program. Calls block.
final class DemoRun {
  private struct Item {
    let key: String
    let content: [UInt8]
  }

  private static let table = "tables/elements.csv"
  static let space = "demo"
  /// How long any one thing may take.
  private static let patience = 120

  private let console: Console
  private let edits: Int
  private let kills: Int
  private let items: [Item]
  let folder: String
  private let began = ContinuousClock.now
  private var hub: ChildProcess?
  var others: [ChildProcess] = []
  private var problems: [String] = []
  private var steps = 0

  var directory: HubDirectory { HubDirectory(path: folder + "/hub") }

  init(edits: Int, kills: Int, files: [String], _ console: Console) throws(CommandFailure) {
    self.edits = edits
    self.kills = kills
    self.console = console
    do {
      items = try Self.items(files)
    } catch {
      throw CommandFailure(.usage, error.description)
    }
    var template = Array(((Program.environment("TMPDIR") ?? "/tmp") + "/holdfast-demo-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw CommandFailure(.failed, "cannot make a temporary directory: \(String(cString: strerror(errno)))")
    }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Ends what still runs and removes the directory.
  func cleanUp(keeping: Bool) {
    for process in others + [hub].compactMap(\.self) {
      process.send(SIGKILL)
      process.wait()
    }
    if !keeping, problems.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// Runs it all; whether everything was as it should be.
  func run() throws(CommandFailure) -> Bool {
    try startHub(listen: "127.0.0.1:0")
    try store()
    let watcher = try startWatcher()
    let outcomes = try edit(watchedBy: watcher)
    let changes = try finish(watcher)
    check(changes)
    try checkValues()
    try checkRefusals()
    let devices = try tryDevices()
    let program = try tryProgram()
    let analysis = try tryAnalysis()
    try stopHub()
    summarize(outcomes, changes, devices, program, analysis)
    return problems.isEmpty
  }

  // MARK: Steps

  private func startHub(listen: String) throws(CommandFailure) {
    step("A hub starts in \(directory.path).")
    let process = try ChildProcess(["serve", "--data", directory.path, "--listen", listen, "--workers", "0", "--json"])
    hub = process
    guard let line = process.readLine() else {
      throw CommandFailure(.failed, "the hub did not start (it ended with \(process.wait()))")
    }
    say(line)
  }

  private func store() throws(CommandFailure) {
    step("\(items.count) values go in, each by a process of its own.")
    for item in items {
      let file = folder + "/input"
      try write(item.content, to: file)
      let version = try result(of: ["put", item.key, "--file", file])
      say("\(item.key), \(Quantity.describe(bytes: item.content.count)): version \(version)")
    }
  }

  private func startWatcher() throws(CommandFailure) -> String {
    step("A process begins to watch every change, from the first on.")
    let file = folder + "/changes"
    others.append(try ChildProcess(client(["watch", "--from-start", "--json"]), into: file))
    try wait("the watcher to see what is there") { Self.lines(in: file).count >= items.count }
    return file
  }

  /// Two editors at once, and the hub killed under them. What they say when they are done.
  private func edit(watchedBy changes: String) throws(CommandFailure) -> [String] {
    step("Two processes change \(Self.table) at once, \(edits) times each: read, add one, write if nobody else has.")
    var editors: [ChildProcess] = []
    for name in ["ann", "bob"] {
      let words = ["demo-edit", Self.table, "--column", name, "--times", "\(edits)", "--json"]
      let editor = try ChildProcess(client(words))
      editors.append(editor)
      others.append(editor)
    }
    for kill in 0..<kills {
      let enough = items.count + 2 * edits * (kill + 1) / (kills + 1)
      try wait("the editors to get on") { Self.lines(in: changes).count >= enough }
      try killHub()
    }
    var outcomes: [String] = []
    for (editor, name) in zip(editors, ["ann", "bob"]) {
      let outcome = String(decoding: editor.readAll(), as: UTF8.self).split(separator: "\n").joined()
      let code = editor.wait()
      if code != 0 { problem("the editor \(name) ended with \(code)") }
      say("\(name): \(outcome)")
      outcomes.append(outcome)
    }
    return outcomes
  }

  /// - Parameter absence: done while there is no hub.
  func killHub(_ absence: () throws(CommandFailure) -> Void = {}) throws(CommandFailure) {
    let address: String
    do {
      address = try LocalFile.readText(directory.address)
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    step("The hub is killed with SIGKILL, in the middle of it.")
    hub?.send(SIGKILL)
    say("It ended with \(hub?.wait() ?? 0); nobody has told the others.")
    try absence()
    try startHub(listen: address)
  }

  /// Lets the watcher see the last change, and ends it. All that it saw.
  private func finish(_ changes: String) throws(CommandFailure) -> [WatchedChange] {
    step("The watcher has followed across the crash; what it saw is compared with what was done.")
    let last = try result(of: ["exists", Self.table, "--json"])
    guard let version = WatchedChange.number("version", in: last) else {
      throw CommandFailure(.failed, "no version in \(last)")
    }
    try wait("the watcher to see the last change") {
      (Self.lines(in: changes).last.flatMap { WatchedChange.number("sequence", in: $0) } ?? 0) >= version
    }
    others[0].send(SIGTERM)
    others[0].wait()
    return Self.lines(in: changes).compactMap(WatchedChange.init)
  }

  private func check(_ changes: [WatchedChange]) {
    let expected = items.count + 2 * edits
    if changes.count != expected { problem("the watcher saw \(changes.count) changes, not \(expected)") }
    for (change, next) in zip(changes, changes.dropFirst()) where next.sequence != change.sequence + 1 {
      problem("after change \(change.sequence) the watcher saw \(next.sequence)")
    }
    say("\(changes.count) changes in one unbroken sequence, \(2 * edits) of them to the table.")
  }

  private func checkValues() throws(CommandFailure) {
    step("Every value is read again by a process of its own and compared.")
    for item in items {
      let process = try ChildProcess(client(["get", item.key]))
      let content = process.readAll()
      let code = process.wait()
      if code != 0 {
        problem("reading \(item.key) ended with \(code)")
      } else if item.key == Self.table {
        checkTable(content, before: item.content)
      } else if content != item.content {
        problem("\(item.key) differs")
      } else {
        say("\(item.key): the same \(Quantity.describe(bytes: content.count))")
      }
    }
  }

  private func checkTable(_ content: [UInt8], before: [UInt8]) {
    let table = DemoTable(content)
    for name in ["ann", "bob"] where table.sum(of: name) != edits {
      problem("\(name) counted \(table.sum(of: name).map(String.init) ?? "nothing") in the table, not \(edits)")
    }
    if table.withoutLast(2) != DemoTable(before).withoutLast(2) { problem("\(Self.table) differs elsewhere") }
    say("\(Self.table): each editor's \(edits) changes are in it, each once")
  }

  private func checkRefusals() throws(CommandFailure) {
    step("What should not work does not, and says why.")
    let token = try result(of: ["token", "create", "reader", "--space", Self.space])
    try write(Array(token.utf8), to: folder + "/reader.token")
    let text = items[0].key
    try expect(.conflict, ["put", text, "other", "--expect", "999999"])
    try expect(.notFound, ["get", "texts/none.txt"])
    try expect(.refused, ["put", text, "other", "--token-file", folder + "/reader.token"])
    try expect(.done, ["exists", text, "--token-file", folder + "/reader.token"])
  }

  private func stopHub() throws(CommandFailure) {
    step("The hub is asked to stop, and does.")
    hub?.send(SIGTERM)
    if let code = hub?.wait(), code != 0 { problem("the hub ended with \(code)") }
    try expect(.unreachable, ["get", items[0].key])
  }

  private func summarize(
    _ outcomes: [String], _ changes: [WatchedChange], _ devices: Devices, _ program: Findings, _ analysis: Analysis
  ) {
    let conflicts = outcomes.compactMap { WatchedChange.number("conflicts", in: $0) }.reduce(0, +)
    let interruptions = outcomes.compactMap { WatchedChange.number("interruptions", in: $0) }.reduce(0, +)
    let milliseconds = (ContinuousClock.now - began) / .milliseconds(1)
    for problem in problems { console.remark("Differs: " + problem) }
    if !problems.isEmpty { console.remark("What there is lies in \(folder).") }
    console.result(
      """

      \(problems.isEmpty ? "Everything is as it should be." : "\(problems.count) things differ.")
        values         \(items.count), \(Quantity.describe(bytes: items.reduce(0) { $0 + $1.content.count }))
        edits          \(2 * edits) by two processes, each once; \(conflicts) came too late and were made anew
        crashes        \(kills); clients came back by themselves, \(interruptions) calls were left to the program
        changes        \(changes.count) watched, without a gap or a repeat
        devices        \(DemoNotes.devices.count) without a network and with it; \(devices.operations) operations, \
      each with its outcome: \(devices.superseded) gave way, \(devices.conflicts) was decided by hand
        program        \(program.saves) saves, sealed, and found again after a crash; \(program.contexts) answers of \
      context, each with its source
        analysis       \(analysis.texts) texts of three columns by three processes; one was killed, another went on
        time           \((milliseconds / 100).rounded() / 10) s
      """,
      json: [
        "ok": .bool(problems.isEmpty), "values": .integer(items.count), "edits": .integer(2 * edits),
        "conflicts": .unsigned(conflicts), "kills": .integer(kills),
        "operations": .unsigned(devices.operations), "decided": .unsigned(devices.conflicts),
        "superseded": .unsigned(devices.superseded), "interruptions": .unsigned(interruptions),
        "saves": .unsigned(program.saves), "contexts": .integer(program.contexts),
        "texts": .integer(analysis.texts), "resumed": .integer(analysis.resumed),
        "changes": .integer(changes.count), "problems": .array(problems.map { .string($0) }),
        "seconds": .number((milliseconds / 100).rounded() / 10),
      ])
  }

  // MARK: Tools

  func step(_ text: String) {
    steps += 1
    tell("\n\(steps). \(text)")
  }

  func say(_ text: String) { tell("   " + text) }

  /// What it says as it goes belongs to the result, unless that is JSON.
  private func tell(_ text: String) {
    if console.isJSON { console.remark(text) } else { console.result(text, json: nil) }
  }

  func problem(_ text: String) {
    problems.append(text)
    say("DIFFERS: " + text)
  }

  func client(_ words: [String]) -> [String] {
    words + ["--data", directory.path] + (words.first == "token" ? [] : ["--space", Self.space])
  }

  /// Runs a command that has to succeed; the line that it prints.
  func result(of words: [String]) throws(CommandFailure) -> String {
    let process = try ChildProcess(client(words))
    let output = String(decoding: process.readAll(), as: UTF8.self)
    let code = process.wait()
    guard code == 0 else {
      throw CommandFailure(.failed, "`holdfast \(words.joined(separator: " "))` ended with \(code)")
    }
    return output.split(separator: "\n").first.map(String.init) ?? ""
  }

  /// Runs a command that has to end with this code.
  private func expect(_ code: ExitCode, _ words: [String]) throws(CommandFailure) {
    let file = folder + "/output"
    let process = try ChildProcess(client(words), into: file)
    let ended = process.wait()
    let said = Self.lines(in: file).first ?? ""
    say("holdfast \(words.prefix(2).joined(separator: " ")) … ends with \(ended)\(said.isEmpty ? "" : ": \(said)")")
    if ended != code.rawValue {
      problem("`holdfast \(words.joined(separator: " "))` ended with \(ended), not \(code.rawValue)")
    }
  }

  func wait(_ what: String, until condition: () -> Bool) throws(CommandFailure) {
    for _ in 0..<(Self.patience * 100) {
      if condition() { return }
      usleep(10_000)
    }
    throw CommandFailure(.failed, "waited in vain for \(what)")
  }

  func write(_ content: [UInt8], to file: String) throws(CommandFailure) {
    do {
      try LocalFile.replace(file, with: content, mode: 0o600)
    } catch {
      throw CommandFailure(.failed, error.description)
    }
  }

  static func lines(in file: String) -> [String] {
    let text = String(decoding: (try? LocalFile.read(file, limit: Limits.valueBytes)) ?? [], as: UTF8.self)
    // The last line counts when it is whole.
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  private static func items(_ files: [String]) throws(FileError) -> [Item] {
    var items = DemoInput.texts.map { Item(key: $0.key, content: Array($0.text.utf8)) }
    items.append(Item(key: table, content: Array(DemoInput.elements.utf8)))
    // Larger than one message: it travels in pieces.
    let program = try LocalFile.read("/proc/self/exe", limit: Limits.valueBytes)
    items.append(Item(key: "files/holdfast", content: Array(program.prefix(6 << 20))))
    for file in files {
      let name = file.split(separator: "/").last.map(String.init) ?? file
      items.append(Item(key: "yours/" + name, content: try LocalFile.read(file, limit: Limits.valueBytes)))
    }
    return items
  }
}

/// A line that `watch --json` printed.
struct WatchedChange {
  let sequence: UInt64

  init?(_ line: String) {
    guard let sequence = Self.number("sequence", in: line) else { return nil }
    self.sequence = sequence
  }

  /// A whole number in a line of JSON that this program wrote.
  static func number(_ name: String, in line: String) -> UInt64? {
    guard let place = line.firstRange(of: "\"\(name)\":") else { return nil }
    return UInt64(line[place.upperBound...].prefix { $0.isNumber })
  }
}
