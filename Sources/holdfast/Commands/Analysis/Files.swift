import HoldfastContract
import HoldfastCrypto
import HoldfastSDK
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Command {
  static let fileUpload = Command(
    name: "file upload",
    summary: "Uploads a file for analysis, and prints which one it is on the hub.",
    details: """
      Given again, it goes on where it was, or finds that all is there: which file it is follows from its name and its
      content.
      """,
    positionals: [Positional(name: "FILE", summary: "The file.")],
    options: [
      .value("--name", "NAME", "What it is called on the hub; the last part of its path unless given."), .space,
    ],
    connection: HubLocation.options,
    examples: ["holdfast file upload reviews.csv --space shop --data ./hub"],
    run: { arguments, console in
      let (path, name, space) = (arguments.positional("FILE") ?? "", arguments["--name"], arguments.space)
      let stage = AnalysisStage()
      let hub = try await Client.connect(arguments)
      let file = try await Interruption.stoppable {
        let bar = ProgressBar("upload", on: console)
        defer { bar.end() }
        return try await hub.analysis.upload(path: path, named: name, to: space) { bar.update(done: $0, of: $1) }
      }
      guard let file else { throw stage.interruption }
      console.result("\(file.file)", json: json(file))
      return .done
    })

  static let fileList = Command(
    name: "file list",
    summary: "Lists the files of a space that are there for analysis.",
    details: "In text: which file it is, whether all of it is there, its size, when it was begun, its name.",
    options: [.value("--limit", "N", "Stop after so many."), .space],
    connection: HubLocation.options,
    examples: ["holdfast file list --space shop --data ./hub"],
    run: { arguments, console in
      var left = try arguments.count("--limit", in: 1...Int.max) ?? .max
      var request = ListFilesRequest(space: arguments.space)
      let hub = try await Client.connect(arguments)
      while true {
        request.limit = UInt32(clamping: min(left, Int(Limits.pageFiles)))
        let page = try await hub.analysis.listFiles(request)
        for file in page.files { show(file, on: console) }
        left -= page.files.count
        guard page.more, left > 0, let last = page.files.last else { return .done }
        request.after = last.file
      }
    })

  static let fileShow = Command(
    name: "file show",
    summary: "Tells how much of a file the hub has.",
    positionals: [.file],
    options: [.space],
    connection: HubLocation.options,
    examples: ["holdfast file show 5b0e6f3a-6d1c-8c59-9a53-1f7e8a0c2d44 --data ./hub"],
    run: { arguments, console in
      let request = FileRequest(space: arguments.space, file: try arguments.identity("FILE"))
      let hub = try await Client.connect(arguments)
      show(try await hub.analysis.file(request), on: console)
      return .done
    })

  static let fileRemove = Command(
    name: "file remove",
    summary: "Removes a file, and ends the runs that go on with it.",
    positionals: [.file],
    options: [.space],
    connection: HubLocation.options,
    examples: ["holdfast file remove 5b0e6f3a-6d1c-8c59-9a53-1f7e8a0c2d44 --data ./hub"],
    run: { arguments, console in
      let request = FileRequest(space: arguments.space, file: try arguments.identity("FILE"))
      let hub = try await Client.connect(arguments)
      guard try await hub.analysis.removeFile(request).existed else {
        throw CommandFailure(declared: NoSuchFile(file: request.file))
      }
      console.result("removed \(request.file)", json: ["removed": .string("\(request.file)")])
      return .done
    })
}

extension Positional {
  static let file = Positional(name: "FILE", summary: "Which file, as `file list` shows it.")
}

extension Arguments {
  /// The identity of a file or a run.
  func identity(_ positional: String) throws(UsageError) -> UUID {
    let text = self.positional(positional) ?? ""
    guard let identity = UUID(uuidString: text) else {
      throw UsageError(
        message: "\(command.name): \"\(text)\" is no \(positional.lowercased())",
        hint: "Take one that `\(positional.lowercased()) list` shows.")
    }
    return identity
  }
}

private func show(_ file: FileStatus, on console: Console) {
  let size = Quantity.describe(bytes: Int(clamping: file.size))
  let state =
    file.state == .ready ? "ready" : "has \(Quantity.describe(bytes: Int(clamping: file.received)))"
  console.result(
    ["\(file.file)", state, size, file.at.text, file.name].joined(separator: "\t"), json: json(file))
}

private func json(_ file: FileStatus) -> JSON {
  [
    "file": .string("\(file.file)"), "name": .string(file.name),
    "state": .string(file.state == .ready ? "ready" : "uploading"), "received": .unsigned(file.received),
    "size": .unsigned(file.size), "sha256": .string(hex(file.checksum)), "at": .string(file.at.text),
    "by": .string(file.by),
  ]
}
