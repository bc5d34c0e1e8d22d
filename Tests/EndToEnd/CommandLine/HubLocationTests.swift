import TestSupport
import Testing

@testable import holdfast

struct `Finding a hub` {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write("file-token\n", to: "token")
    try directory.write("PEM\n", to: "ca")
  }

  private func locate(_ words: [String], _ environment: [String: String] = [:]) throws -> HubLocation {
    let command = Command(name: "test", summary: "", connection: HubLocation.options, run: { _, _ in .done })
    return try HubLocation(try Arguments(words, for: command)) { environment[$0] }
  }

  private func failure(_ words: [String], _ environment: [String: String] = [:]) -> CommandFailure? {
    #expect(throws: CommandFailure.self) { try locate(words, environment) }
  }

  @Test func `options name it`() throws {
    let words = ["--hub", "h:1", "--token-file", directory.path("token"), "--ca", directory.path("ca")]
    let location = try locate(words, ["HOLDFAST_HUB": "other:2", "HOLDFAST_TOKEN": "other", "HOLDFAST_PIN": "other"])
    #expect(location.address == "h:1")
    #expect(location.token == "file-token")
    #expect(location.trust == .authority(pem: "PEM"))
  }

  @Test func `the environment names it`() throws {
    var environment = ["HOLDFAST_HUB": "h:1", "HOLDFAST_TOKEN_FILE": directory.path("token"), "HOLDFAST_PIN": "ab"]
    let location = try locate([], environment)
    #expect(location.address == "h:1")
    #expect(location.token == "file-token")
    #expect(location.trust == .pin("ab"))
    environment["HOLDFAST_TOKEN"] = "direct"
    #expect(try locate([], environment).token == "direct")
  }

  @Test func `a data directory names all of it, and options change a part`() throws {
    try directory.write("127.0.0.1:7443\n", to: "address")
    try directory.write("admin\n", to: "admin.token")
    let location = try locate(["--data", directory.path, "--ca", directory.path("ca")])
    #expect(location.address == "127.0.0.1:7443")
    #expect(location.token == "admin")
    #expect(try locate(["--pin", "p", "--hub", "h:1"], ["HOLDFAST_DATA": directory.path]).address == "h:1")
  }

  @Test func `a certificate takes the place of the directory's token, not of one that is named`() throws {
    try directory.write("127.0.0.1:7443\n", to: "address")
    try directory.write("admin\n", to: "admin.token")
    let words = ["--data", directory.path, "--pin", "p", "--client-certificate", "c.pem", "--client-key", "c.key"]
    let location = try locate(words)
    #expect(location.token == nil)
    #expect(location.certificate?.chain == "c.pem")
    #expect(location.certificate?.key == "c.key")
    #expect(try locate(words + ["--token-file", directory.path("token")]).token == "file-token")
    #expect(failure(["--data", directory.path, "--client-certificate", "c.pem"])?.hint == "Give --client-key FILE.")
  }

  @Test func `no address is a mistake of usage`() {
    #expect(failure([])?.code == .usage)
    #expect(failure([])?.hint?.contains("--hub") == true)
  }

  @Test func `no way to know the hub is a mistake of usage`() {
    #expect(failure(["--hub", "h:1"])?.hint?.contains("--pin") == true)
  }

  @Test func `a directory in which no hub has run is unreachable, and how to start one is said`() {
    let failure = failure(["--data", directory.path + "/"])
    #expect(failure?.code == .unreachable)
    #expect(failure?.hint == "Start it: holdfast serve --data \(directory.path)")
  }

  @Test func `a file that is not there is named`() {
    let failure = failure(["--hub", "h:1", "--pin", "p", "--token-file", "/nowhere/token"])
    #expect(failure?.message == "cannot read /nowhere/token: no such file or directory")
  }
}
