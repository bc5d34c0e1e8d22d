import Testing

@testable import holdfast

private let sample = Command(
  name: "throw", summary: "Throws a ball.",
  positionals: [
    Positional(name: "BALL", summary: "Which."), Positional(name: "TO", summary: "Whom.", isOptional: true),
  ],
  options: [
    .flag("--high", "Up into the air."), .value("--force", "SIZE", "How hard."), .value("--after", "TIME", "When."),
    .list("--over", "THING", "What it flies over."),
  ],
  examples: ["holdfast throw red --high"],
  run: { _, _ in .done })

private let table = CommandTable(
  program: "holdfast", summary: "A sample.",
  commands: [
    sample,
    Command(name: "net create", summary: "Makes a net.", run: { _, _ in .done }),
    Command(name: "net list", summary: "Lists nets.", run: { _, _ in .done }),
    Command(name: "secret", summary: "Hidden.", isHidden: true, run: { _, _ in .done }),
  ])

private func message(_ words: String...) -> UsageError? {
  do {
    _ = try table.choose(words)
    return nil
  } catch {
    return error
  }
}

struct `Command lines` {
  @Test func `options and positionals come in any order`() throws {
    for line in [["red", "--force", "1KiB", "--high", "Ann"], ["--force=1KiB", "--high", "red", "Ann"]] {
      let arguments = try Arguments(line, for: sample)
      #expect(arguments.positional("BALL") == "red")
      #expect(arguments.positional("TO") == "Ann")
      #expect(arguments.has("--high"))
      #expect(try arguments.bytes("--force", in: 0...4096) == 1024)
    }
  }

  @Test func `what is not given is nil or false`() throws {
    let arguments = try Arguments(["red"], for: sample)
    #expect(arguments.positional("TO") == nil)
    #expect(!arguments.has("--high"))
    #expect(arguments["--force"] == nil)
    #expect(try arguments.bytes("--force", in: 0...10) == nil)
    #expect(try arguments.duration("--after") == nil)
    #expect(arguments.list("--over") == [])
  }

  @Test func `everything after two dashes is a positional, and so is one dash`() throws {
    #expect(try Arguments(["--", "--high", "--json"], for: sample).positionals == ["--high", "--json"])
    #expect(try Arguments(["-"], for: sample).positional("BALL") == "-")
  }

  @Test func `an option that repeats keeps each value`() throws {
    #expect(try Arguments(["red", "--over", "a", "--over=b"], for: sample).list("--over") == ["a", "b"])
  }

  @Test func `a value may hold an equals sign or begin with a dash`() throws {
    #expect(try Arguments(["red", "--force=a=b"], for: sample)["--force"] == "a=b")
    #expect(try Arguments(["red", "--force", "-1"], for: sample)["--force"] == "-1")
  }

  @Test func `mistakes are named`() {
    #expect(message("throw")?.message == "throw: BALL is missing")
    #expect(message("throw", "a", "b", "c")?.message == "throw: \"c\" is one argument too many")
    #expect(message("throw", "a", "--force")?.message == "throw: --force needs a value")
    #expect(message("throw", "a", "--high=1")?.message == "throw: --high takes no value")
    #expect(message("throw", "a", "--force", "1", "--force", "2")?.message == "throw: --force is given twice")
    #expect(message()?.message == "which command?")
    #expect(message("net")?.message == "net: say what to do")
  }

  @Test func `a wrong word gets the nearest right one`() {
    let option = message("throw", "a", "--forse", "1")
    #expect(option?.message == "throw: there is no option --forse")
    #expect(option?.hint == "Did you mean --force? See `holdfast throw --help`.")
    #expect(message("thro", "a")?.hint == "Did you mean throw?")
    #expect(message("xyzzy")?.hint == "See `holdfast --help`.")
  }

  @Test func `numbers outside their range are refused`() throws {
    let arguments = try Arguments(["red", "--force", "2GiB", "--after", "soon"], for: sample)
    #expect(throws: UsageError.self) { try arguments.bytes("--force", in: 0...4096) }
    #expect(throws: UsageError.self) { try arguments.count("--force", in: 0...4096) }
    let open = #expect(throws: UsageError.self) { try arguments.count("--force", in: 1...Int.max) }
    #expect(open?.message == "--force takes a number of at least 1, not \"2GiB\"")
    #expect(throws: UsageError.self) { try arguments.duration("--after") }
  }

  @Test(arguments: [["throw", "--help"], ["throw", "-h"], ["help", "throw"], ["throw", "a", "b", "--help"]])
  func `help for a command shows its usage, options and examples`(_ words: [String]) throws {
    guard case .help(let text) = try table.choose(words) else {
      Issue.record("no help")
      return
    }
    for part in ["Throws a ball.", "usage: holdfast throw [OPTION…] BALL [TO]", "--force SIZE", "--json", "red --high"]
    {
      #expect(text.contains(part))
    }
  }

  @Test func `the overview lists what is not hidden`() {
    #expect(table.overview.contains("net create"))
    #expect(!table.overview.contains("secret"))
  }

  @Test func `a command of two words is found`() throws {
    guard case .run(let command, _) = try table.choose(["net", "list"]) else {
      Issue.record("not found")
      return
    }
    #expect(command.name == "net list")
  }

  @Test func `every command of the program has help with an example`() {
    for command in Program.table.commands where !command.isHidden {
      #expect(!command.examples.isEmpty, "\(command.name)")
      #expect(command.examples.allSatisfy { $0.contains("holdfast \(command.name)") }, "\(command.name)")
      #expect(command.summary.hasSuffix("."), "\(command.name)")
      #expect(Set(command.everyOption.map(\.name)).count == command.everyOption.count, "\(command.name)")
    }
  }
}

struct Quantities {
  @Test(arguments: [("0", 0), ("512", 512), ("12B", 12), ("1KiB", 1024), ("4MB", 4_000_000), ("2GiB", 1 << 31)])
  func `sizes are read`(_ text: String, _ bytes: Int) {
    #expect(Quantity.bytes(text) == bytes)
  }

  @Test(arguments: ["", "KiB", "-1", "1.5KiB", "1 KiB", "1kib", "99999999999GiB", "999999999999999999999", "١"])
  func `what is no size is refused`(_ text: String) {
    #expect(Quantity.bytes(text) == nil)
  }

  @Test(arguments: [
    ("5", Duration.seconds(5)), ("250ms", .milliseconds(250)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
    ("7d", .seconds(604_800)), ("0.5", .milliseconds(500)), ("2.0", .seconds(2)), ("1.25h", .seconds(4500)),
    ("0.125ms", .microseconds(125)),
  ])
  func `times are read`(_ text: String, _ duration: Duration) {
    #expect(Quantity.duration(text) == duration)
  }

  @Test(arguments: ["", "s", "-1s", "1.s", "1.2345s", "1..5s", "1.5x", "1 s", "١s", "9999999999999999999.5d"])
  func `what is no time is refused`(_ text: String) {
    #expect(Quantity.duration(text) == nil)
  }

  @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1 << 20, "1.0 MiB")])
  func `sizes are written`(_ bytes: Int, _ text: String) {
    #expect(Quantity.describe(bytes: bytes) == text)
  }
}

struct `JSON output` {
  @Test func `values are written in one line, members in their order`() {
    let value: JSON = [
      "z": 1, "a": [nil, true, "q\"\\\n\u{1}\u{7F}é"], "n": .number(0.5), "u": .unsigned(.max), "e": [], "o": [:],
      "inf": .number(.infinity),
    ]
    #expect(
      value.text == """
        {"z":1,"a":[null,true,"q\\"\\\\\\n\\u0001\\u007fé"],"n":0.5,"u":18446744073709551615,"e":[],"o":{},"inf":null}
        """)
  }
}
