extension Command {
  static let demo = Command(
    name: "demo",
    summary: "Shows the main job: several processes and devices, one hub, crashes, and nothing lost.",
    details: """
      Starts a hub in a temporary directory, stores real texts, a table and a large file, lets two processes change the
      table at once while a third watches, kills the hub in the middle, starts it again, and checks everything. Then three
      devices change the same notes without a network and come back; the hub and a device are killed on the way; all end
      equal. A program that keeps its settings sealed in a file is killed while it saves them, and starts again with them;
      it asks the hub for context, and says of each answer where it came from, also while there is no hub. At last a table
      is profiled, its analysis estimated and done by three worker processes, of which one is killed; each text has its
      result once.
      """,
    options: [
      .value("--edits", "N", "Changes that each of the two editors makes; 150 unless given."),
      .value("--kills", "N", "How often the hub is killed; 1 unless given."),
      .list("--file", "FILE", "A file of yours to take along."),
      .flag("--keep", "Leave the directory behind."),
    ],
    examples: ["holdfast demo", "holdfast demo --edits 2000 --kills 5 --file notes.txt"],
    run: { arguments, console in
      let demo = try DemoRun(
        edits: try arguments.count("--edits", in: 1...100_000) ?? 150,
        kills: try arguments.count("--kills", in: 0...1000) ?? 1, files: arguments.list("--file"), console)
      defer { demo.cleanUp(keeping: arguments.has("--keep")) }
      return try demo.run() ? .done : .failed
    })
}
