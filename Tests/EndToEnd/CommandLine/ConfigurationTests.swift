import HoldfastServer
import TestSupport
import Testing

@testable import holdfast

struct `Configuration` {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func arguments(_ words: [String], _ environment: [String: String] = [:]) throws -> Arguments {
    try Arguments(words, for: .serve).configured { environment[$0] }
  }

  private func failure(_ text: String, _ words: [String] = []) throws -> UsageError? {
    let path = try directory.write(text, to: "hub.conf")
    return #expect(throws: UsageError.self) {
      _ = try ServeSettings(arguments(["--data", "d", "--config", path] + words))
    }
  }

  @Test func `a file has a setting a line, comments and blank lines`() throws {
    let file = try ConfigurationFile(
      path: "f", text: "# first\n\n listen = 0.0.0.0:1 # all\r\nclient-ca=/a b#c.pem\t# x\n  # last")
    #expect(
      file.lines == [
        .init(number: 3, name: "listen", value: "0.0.0.0:1"),
        .init(number: 4, name: "client-ca", value: "/a b#c.pem"),
      ])
  }

  @Test func `flag beats environment beats file beats default`() throws {
    let path = try directory.write("loops = 2\ngrace = 2s\nlisten = h:2\n", to: "hub.conf")
    let found = try arguments(
      ["--loops", "4"], ["HOLDFAST_CONFIG": path, "HOLDFAST_LOOPS": "3", "HOLDFAST_GRACE": "3s"])
    #expect(found["--loops"] == "4")
    #expect(found.origin(of: "--loops") == .commandLine)
    #expect(found["--grace"] == "3s")
    #expect(found.origin(of: "--grace") == .environment("HOLDFAST_GRACE"))
    #expect(found["--listen"] == "h:2")
    #expect(found.origin(of: "--listen") == .file(path, line: 3))
    #expect(found["--connections"] == "16384")
    #expect(found.origin(of: "--connections") == .standard)
    #expect(found.origin(of: "--client-ca") == nil)
  }

  @Test func `the flag for the file beats the environment's`() throws {
    let path = try directory.write("loops = 2", to: "hub.conf")
    #expect(try arguments(["--config", path], ["HOLDFAST_CONFIG": "/nowhere"])["--loops"] == "2")
  }

  @Test func `a list has commas, or a line for each`() throws {
    let path = try directory.write("host = a, b\nhost = c", to: "hub.conf")
    #expect(try arguments(["--config", path]).list("--host") == ["a", "b", "c"])
    #expect(try arguments([], ["HOLDFAST_HOST": "x,y"]).list("--host") == ["x", "y"])
    #expect(try arguments(["--config", path, "--host", "z"]).list("--host") == ["z"])
  }

  @Test func `nothing said is what a hub does by itself`() throws {
    let found = try ServeSettings(arguments(["--data", "d"])).hub
    let plain = HubServer.Options(directory: HubDirectory(path: "d"))
    #expect(found.address == plain.address)
    #expect(found.loops == plain.loops)
    #expect(found.connections == plain.connections)
    #expect(found.persistence.spaceBytes == plain.persistence.spaceBytes)
    #expect(found.persistence.spaceValues == plain.persistence.spaceValues)
    #expect(found.persistence.valueBytes == plain.persistence.valueBytes)
  }

  @Test func `mistakes are named by file and line, with what to do`() throws {
    let path = directory.path("hub.conf")
    let unknown = try failure("\nlisen = h:1\n")
    #expect(unknown?.message == "\(path):2: there is no setting \"lisen\"")
    #expect(unknown?.hint == "Did you mean listen?")
    #expect(try failure("listen = h:1\nlisten = h:2")?.message == "\(path):2: listen is set already, in line 1")
    #expect(try failure("loops")?.message == "\(path):1: write NAME = VALUE, not \"loops\"")
    #expect(try failure("= 2")?.message == "\(path):1: write NAME = VALUE, not \"= 2\"")
    #expect(try failure("loops =")?.message == "\(path):1: loops needs a value")
    #expect(
      try failure("# x\nloops = many")?.message == "\(path):2: loops takes a number from 1 to 64, not \"many\"")
    #expect(try failure("grace = soon")?.message.hasPrefix("\(path):1: grace takes a time") == true)
    #expect(try failure("listen = nowhere")?.message.hasPrefix("\(path):1: listen takes HOST:PORT") == true)
    #expect(try failure("json = 1")?.message == "\(path):1: there is no setting \"json\"")
  }

  @Test func `a mistake in the environment names the variable`() throws {
    let error = #expect(throws: UsageError.self) {
      _ = try ServeSettings(arguments(["--data", "d"], ["HOLDFAST_LOOPS": "0"]))
    }
    #expect(error?.message == "HOLDFAST_LOOPS takes a number from 1 to 64, not \"0\"")
  }

  @Test func `a file that is not there is named`() {
    let error = #expect(throws: UsageError.self) { _ = try arguments(["--config", "/nowhere/hub.conf"]) }
    #expect(error?.message == "cannot read /nowhere/hub.conf: no such file or directory")
  }
}
