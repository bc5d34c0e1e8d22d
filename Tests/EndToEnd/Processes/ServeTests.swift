import Foundation
import HoldfastCrypto
import HoldfastServer
import HoldfastStore
import TestSupport
import Testing

struct `Serving` {
  @Test func `the first start makes what a hub needs, for its owner alone`() async throws {
    let hub = try await HubProcess()
    let directory = HubDirectory(path: hub.data)
    #expect(try LocalFile.status(of: hub.data)?.mode == 0o700)
    for secret in [directory.adminToken, directory.key, directory.authorityKey] {
      #expect(try LocalFile.status(of: secret)?.mode == 0o600, "\(secret)")
    }
    #expect(try LocalFile.readText(directory.address) == hub.address)
    let certificate = try Certificate(pem: LocalFile.readText(directory.certificate))
    #expect(hex(certificate.publicKeyHash) == hub.fingerprint)
  }

  @Test func `without --json it says how to connect`() async throws {
    let directory = try TemporaryDirectory()
    let process = Holdfast.prepare(["serve", "--data", directory.path("hub"), "--listen", "127.0.0.1:0"])
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = await output.text(upTo: "--pin")
    process.terminate()
    #expect(await process.ended() == 0)
    for part in ["The hub listens on 127.0.0.1:", "admin.token", "ca.pem", "holdfast put greeting hello --data"] {
      #expect(text.contains(part))
    }
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal stops it, and it ends well`(_ signal: Int32) async throws {
    let hub = try await HubProcess()
    #expect(await hub.end(signal) == 0)
    #expect(hub.errors.contains("stopping"))
    #expect(try await hub.client("describe").exitCode == 5)
  }

  @Test func `a restart keeps keys, token and certificate`() async throws {
    let hub = try await HubProcess()
    let fingerprint = hub.fingerprint
    let token = try LocalFile.readText(HubDirectory(path: hub.data).adminToken)
    await hub.end(SIGKILL)
    try await hub.restart()
    #expect(hub.fingerprint == fingerprint)
    #expect(try LocalFile.readText(HubDirectory(path: hub.data).adminToken) == token)
    #expect(try await hub.client("describe").exitCode == 0)
  }

  @Test func `HUP takes a new certificate for new connections`() async throws {
    let hub = try await HubProcess()
    let own = try CertificateAuthority.create(name: "Own").issue(hosts: ["localhost"], role: .server)
    try hub.present(own)
    let pin = hex(try Certificate.publicKeyHash(ofPEM: own.certificatePEM))
    #expect(try await eventually { try await hub.client("describe", "--pin", pin).exitCode == 0 })
    #expect(try await hub.client("describe", "--pin", hub.fingerprint).exitCode == 6)
  }

  @Test func `HUP with a broken certificate changes nothing and says so`() async throws {
    let hub = try await HubProcess()
    try LocalFile.remove(HubDirectory(path: hub.data).authorityKey)
    try LocalFile.replace(HubDirectory(path: hub.data).key, with: "nonsense".utf8, mode: 0o600)
    hub.send(SIGHUP)
    #expect(try await eventually { hub.errors.contains("the certificate stays as it was") })
    #expect(try await hub.client("describe").exitCode == 0)
  }

  @Test func `a file and the environment configure it`() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("# A hub.\nvalue-bytes = 1KiB\nhost = hub.example\n", to: "hub.conf")
    let hub = try await HubProcess(["--config", path])
    let certificate = try Certificate(pem: LocalFile.readText(HubDirectory(path: hub.data).certificate))
    #expect(certificate.hostNames.contains("hub.example"))
    let large = try await hub.client("put", "large", String(repeating: "x", count: 1025))
    #expect(large.exitCode == 1)
    #expect(large.errors.contains("the hub takes 1024"))
  }

  @Test func `it shows what is in force, in the form of a file, and where it comes from`() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("data = /somewhere\ngrace = 5s", to: "hub.conf")
    let words = ["serve", "--print-config", "--config", path, "--host", "a", "--host", "b"]
    let run = try await Holdfast.run(words, environment: ["HOLDFAST_LOOPS": "2"])
    #expect(run.exitCode == 0)
    for line in [
      "data = /somewhere  # \(path):1", "grace = 5s  # \(path):2", "loops = 2  # HOLDFAST_LOOPS",
      "host = a, b  # command line", "listen = 127.0.0.1:7443  # default", "# client-ca is not set",
    ] {
      #expect(run.output.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
    let again = try await Holdfast.run(
      ["serve", "--print-config", "--json", "--config", try directory.write(run.output, to: "again.conf")])
    #expect(again.exitCode == 0)
    #expect(again.output.contains(#"{"name":"grace","value":"5s","from":"\#(directory.path("again.conf")):"#))
    #expect(again.output.contains(#"{"name":"client-ca","value":null,"from":null}"#))
  }

  @Test func `a setting that does not exist stops it`() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("lops = 2", to: "hub.conf")
    let run = try await Holdfast.run(["serve", "--data", directory.path("hub"), "--config", path])
    #expect(run.exitCode == 2)
    #expect(run.errors == "holdfast: \(path):1: there is no setting \"lops\"\nDid you mean loops?\n")
    #expect(try LocalFile.status(of: directory.path("hub")) == nil)
  }

  // MARK: What cannot be

  private func refusal(_ words: [String]) async throws -> String {
    let run = try await Holdfast.run(["serve"] + words)
    #expect(run.exitCode == 1)
    #expect(run.output.isEmpty)
    return run.errors
  }

  @Test func `a second hub on one directory is refused, and the first goes on`() async throws {
    let hub = try await HubProcess()
    let reason = try await refusal(["--data", hub.data, "--listen", "127.0.0.1:0"])
    #expect(reason.contains("another process owns the data directory \(hub.data)"))
    #expect(try await hub.client("describe").exitCode == 0)
  }

  @Test func `a port in use is named`() async throws {
    let hub = try await HubProcess()
    let directory = try TemporaryDirectory()
    let reason = try await refusal(["--data", directory.path("hub"), "--listen", hub.address])
    #expect(reason.contains(hub.address))
    #expect(reason.lowercased().contains("in use"))
  }

  @Test func `a read-only directory is named, with what to do`() async throws {
    let directory = try TemporaryDirectory()
    try LocalFile.makeDirectory(directory.path("hub"), mode: 0o500)
    let reason = try await refusal(["--data", directory.path("hub")])
    #expect(reason.contains("\(directory.path("hub")) is read-only"))
  }

  @Test func `a directory that others can reach is refused`() async throws {
    let directory = try TemporaryDirectory()
    try LocalFile.makeDirectory(directory.path("hub"), mode: 0o755)
    #expect(try await refusal(["--data", directory.path("hub")]).contains("chmod 700"))
  }

  @Test func `no directory is a mistake of usage`() async throws {
    let run = try await Holdfast.run(["serve"])
    #expect(run.exitCode == 2)
    #expect(run.errors.contains("--data DIR"))
  }
}
