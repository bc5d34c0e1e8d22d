import Foundation
import HoldfastCrypto
import HoldfastServer
import HoldfastStore
import TestSupport
import Testing

struct `Tokens by the command line` {
  private func makeToken(_ hub: HubProcess, _ words: String...) async throws -> (file: String, id: String) {
    let run = try await Holdfast.run(["token", "create", "app", "--json", "--data", hub.data] + words)
    #expect(run.exitCode == 0)
    #expect(run.errors.isEmpty)
    let reply = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let token = try #require(reply["token"] as? String)
    let info = try #require(reply["info"] as? [String: Any])
    let name = UUID().uuidString
    return (try hub.directory.write(token, to: name), try #require(info["id"] as? String))
  }

  @Test func `a token is made, listed without its text, and revoked`() async throws {
    let hub = try await HubProcess()
    let token = try await makeToken(hub, "--space", "notes", "--write")
    #expect(try await hub.client("describe", "--token-file", token.file).exitCode == 0)

    let list = try await hub.client("token", "list")
    #expect(list.output.contains("\(token.id)\tapp\treads and writes notes\twithout end"))
    #expect(!list.output.contains(try LocalFile.readText(token.file)))

    #expect(try await hub.client("token", "revoke", token.id).output == "revoked \(token.id)\n")
    let refused = try await hub.client("describe", "--token-file", token.file)
    #expect(refused.exitCode == 6)
    #expect(refused.errors.contains("has been revoked"))
    #expect(try await hub.client("token", "list").output.contains("revoked 20"))
  }

  @Test func `only an administrator makes and ends tokens`() async throws {
    let hub = try await HubProcess()
    let token = try await makeToken(hub, "--space", "*", "--write")
    for words in [["token", "create", "more"], ["token", "list"], ["token", "revoke", "admin"]] {
      let run = try await Holdfast.run(words + ["--data", hub.data, "--token-file", token.file])
      #expect(run.exitCode == 6)
      #expect(run.errors.contains("needs an admin token"))
    }
  }

  @Test func `an expired token is refused`() async throws {
    let hub = try await HubProcess()
    let token = try await makeToken(hub, "--expires-in", "1s")
    #expect(
      try await eventually {
        let run = try await hub.client("describe", "--token-file", token.file)
        return run.exitCode == 6 && run.errors.contains("expired")
      })
  }

  @Test func `a token of one service does not reach another`() async throws {
    let hub = try await HubProcess()
    let token = try await makeToken(hub, "--service", "Persistence", "--admin")
    #expect(try await hub.client("describe", "--token-file", token.file).exitCode == 0)
    let refused = try await hub.client("token", "list", "--token-file", token.file)
    #expect(refused.exitCode == 6)
    #expect(refused.errors.contains("not for the service"))
  }

  @Test func `a wrong or missing token is refused`() async throws {
    let hub = try await HubProcess()
    let file = try hub.directory.write("hf_wrong", to: "wrong")
    #expect(try await hub.client("describe", "--token-file", file).exitCode == 6)
    let without = try await Holdfast.run(["describe", "--hub", hub.address, "--pin", hub.fingerprint])
    #expect(without.exitCode == 6)
  }

  @Test func `an unknown token cannot be revoked`() async throws {
    let hub = try await HubProcess()
    #expect(try await hub.client("token", "revoke", "nobody").exitCode == 3)
  }

  @Test func `a request that makes no sense is said to`() async throws {
    let hub = try await HubProcess()
    let run = try await hub.client("token", "create", "")
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("needs a name"))
  }
}

struct `Client certificates` {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Runs openssl, which people make their certificates with.
  private func openssl(_ words: String) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + words.split(separator: " ").map(String.init)
    process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
    let run = try await ProgramRun.run(process)
    try #require(run.exitCode == 0, "openssl \(words): \(run.errors)")
  }

  private func selfSigned(_ name: String) async throws {
    try await openssl(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=\(name) -days 30 "
        + "-keyout \(name).key -out \(name).pem")
  }

  private func signed(_ name: String, by authority: String, isExpired: Bool = false) async throws {
    try directory.write("", to: "index")
    try directory.write("\(name.utf8.count)0\n", to: "serial")
    try directory.write(
      """
      [ca]
      default_ca = own
      [own]
      database = index
      serial = serial
      new_certs_dir = .
      default_md = sha256
      policy = any
      unique_subject = no
      [any]
      commonName = supplied
      """, to: "ca.conf")
    let validity = isExpired ? "-startdate 20010101000000Z -enddate 20020101000000Z" : "-days 30"
    try await openssl(
      "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=\(name) -keyout \(name).key -out \(name).csr")
    try await openssl(
      "ca -batch -notext -config ca.conf -cert \(authority).pem -keyfile \(authority).key -in \(name).csr "
        + "-out \(name).pem \(validity)")
  }

  /// What a command says that shows a certificate and no token.
  private func run(_ hub: HubProcess, as name: String, _ words: String...) async throws -> ProgramRun {
    try await Holdfast.run(
      words + [
        "--data", hub.data, "--client-certificate", directory.path("\(name).pem"), "--client-key",
        directory.path("\(name).key"),
      ])
  }

  @Test func `a certificate is let in by its key, does what it may, and is revoked`() async throws {
    let hub = try await HubProcess()
    try await selfSigned("alice")
    let unknown = try await run(hub, as: "alice", "describe")
    #expect(unknown.exitCode == 6)
    #expect(unknown.errors.contains("does not know the certificate"))

    let made = try await hub.client(
      "token", "create", "alice", "--space", "notes", "--certificate", directory.path("alice.pem"))
    #expect(made.exitCode == 0)
    let id = made.output.split(separator: "\n").joined()
    let fingerprint = hex(try Certificate.publicKeyHash(ofPEM: LocalFile.readText(directory.path("alice.pem"))))
    #expect(
      try await hub.client("token", "list").output.contains(
        "\(id)\talice\treads notes\twithout end\tcertificate \(fingerprint)"))

    #expect(try await run(hub, as: "alice", "list", "--space", "notes").exitCode == 0)
    let write = try await run(hub, as: "alice", "put", "k", "v", "--space", "notes")
    #expect(write.exitCode == 6)
    #expect(write.errors.contains("does not allow to write"))

    #expect(try await hub.client("token", "revoke", id).exitCode == 0)
    let revoked = try await run(hub, as: "alice", "describe")
    #expect(revoked.exitCode == 6)
    #expect(revoked.errors.contains("The certificate has been revoked."))
  }

  @Test func `its fingerprint is as good as its file, and another of the same name is not`() async throws {
    let hub = try await HubProcess()
    try await selfSigned("alice")
    let fingerprint = hex(try Certificate.publicKeyHash(ofPEM: LocalFile.readText(directory.path("alice.pem"))))
    let made = try await hub.client("token", "create", "alice", "--certificate", fingerprint, "--json")
    #expect(made.exitCode == 0)
    #expect(made.output.contains("\"certificate\":\"\(fingerprint)\""))
    #expect(try await run(hub, as: "alice", "describe").exitCode == 0)
    try await selfSigned("alice")
    #expect(try await run(hub, as: "alice", "describe").exitCode == 6)
    #expect(try await hub.client("token", "create", "x", "--certificate", "/nowhere.pem").exitCode == 2)
    #expect(try await hub.client("token", "create", "x", "--certificate", directory.path("alice.key")).exitCode == 2)
  }

  @Test func `with an authority, certificates of others and expired ones are refused, with the reason`() async throws {
    for authority in ["ours", "theirs"] { try await selfSigned(authority) }
    let hub = try await HubProcess(["--client-ca", directory.path("ours.pem")])
    try await signed("good", by: "ours")
    try await signed("late", by: "ours", isExpired: true)
    try await signed("strange", by: "theirs")
    for name in ["good", "late", "strange"] {
      let made = try await hub.client("token", "create", name, "--certificate", directory.path("\(name).pem"))
      #expect(made.exitCode == 0)
    }
    #expect(try await run(hub, as: "good", "describe").exitCode == 0)
    let late = try await run(hub, as: "late", "describe")
    #expect(late.exitCode == 6)
    #expect(late.errors.contains("expired on 2002-01-01"))
    let strange = try await run(hub, as: "strange", "describe")
    #expect(strange.exitCode == 6)
    #expect(strange.errors.contains("comes from no authority"))

    // HUP reads the authority again.
    try directory.write(try LocalFile.readText(directory.path("theirs.pem")), to: "ours.pem")
    hub.send(SIGHUP)
    #expect(try await eventually { try await run(hub, as: "strange", "describe").exitCode == 0 })
    #expect(try await run(hub, as: "good", "describe").exitCode == 6)
  }

  @Test func `an expired certificate is refused without an authority, too`() async throws {
    let hub = try await HubProcess()
    try await selfSigned("own")
    try await signed("late", by: "own", isExpired: true)
    #expect(
      try await hub.client("token", "create", "late", "--certificate", directory.path("late.pem")).exitCode == 0)
    let late = try await run(hub, as: "late", "describe")
    #expect(late.exitCode == 6)
    #expect(late.errors.contains("The certificate has expired"))
  }
}

struct `Limits of clients` {
  private func token(_ hub: HubProcess, _ words: String...) async throws -> String {
    let run = try await Holdfast.run(
      ["token", "create", "app", "--space", "*", "--write", "--data", hub.data] + words)
    try #require(run.exitCode == 0, "\(run.errors)")
    return try hub.directory.write(run.output, to: UUID().uuidString)
  }

  @Test func `a token's own limits are listed and hold`() async throws {
    let hub = try await HubProcess()
    let file = try await token(hub, "--rate", "1/s", "--burst", "1ms", "--client-connections", "4")
    #expect(try await hub.client("token", "list").output.contains("\t1 calls/s, burst 0.001 seconds, 4 connections"))
    // A command makes two calls; the second is told to wait for its turn, and is made.
    #expect(try await hub.client("put", "k", "v", "--token-file", file).exitCode == 0)
  }

  @Test func `the hub's limits are for all but administrators and those with their own`() async throws {
    let hub = try await HubProcess(["--rate", "1000000", "--client-connections", "1"])
    let plain = try await token(hub)
    let free = try await token(hub, "--client-connections", "none")
    func connections(_ words: String...) async throws -> ProgramRun {
      try await Holdfast.run(
        ["bench", "echo", "--seconds", "100ms", "--connections", "3", "--data", hub.data] + words)
    }
    let refused = try await connections("--token-file", plain)
    #expect(refused.exitCode != 0)
    #expect(refused.errors.contains("as many connections as it may"), "\(refused.errors)")
    let unbounded = [try await connections("--token-file", free), try await connections()]
    for run in unbounded { #expect(run.exitCode == 0, "\(run.output) \(run.errors)") }
  }

  @Test(arguments: [["--rate", "fast"], ["--rate", "-1"], ["--byte-rate", "1/m"], ["--burst", "2h"]])
  func `a limit that makes no sense is a mistake of usage`(_ words: [String]) async throws {
    #expect(try await Holdfast.run(["token", "create", "x", "--data", "/nowhere"] + words).exitCode == 2)
  }
}

struct `Reaching a hub` {
  @Test func `the environment and the fingerprint are enough`() async throws {
    let hub = try await HubProcess()
    let token = try LocalFile.readText(HubDirectory(path: hub.data).adminToken)
    let run = try await Holdfast.run(
      ["describe", "--json"],
      environment: ["HOLDFAST_HUB": hub.address, "HOLDFAST_TOKEN": token, "HOLDFAST_PIN": hub.fingerprint])
    #expect(run.exitCode == 0)
    let description = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(description["protocol"] as? String == "holdfast/1")
    let services = try #require(description["services"] as? [[String: Any]])
    #expect(services.contains { $0["name"] as? String == "holdfast.hub.Administration" })
    let limits = try #require(description["limits"] as? [String: Int])
    #expect(limits.count == 6 && limits.values.allSatisfy { $0 > 0 }, "\(limits)")
  }

  @Test func `a certificate of another authority is not believed`() async throws {
    let hub = try await HubProcess()
    let other = try CertificateAuthority.create(name: "Other").identity.certificatePEM
    let run = try await hub.client("describe", "--ca", try hub.directory.write(other, to: "other.pem"))
    #expect(run.exitCode == 6)
    #expect(run.errors.contains("comes from no authority that is trusted here"))
    #expect(run.errors.contains("give the --pin that it printed"))
  }

  @Test func `another key than the pinned one is not believed`() async throws {
    let hub = try await HubProcess()
    let run = try await hub.client("describe", "--pin", String(repeating: "0", count: 64))
    #expect(run.exitCode == 6)
    #expect(run.errors.contains(hub.fingerprint))
    #expect(run.errors.contains("give the --pin that it printed"))
    #expect(try await hub.client("describe", "--pin", "short").exitCode == 2)
  }

  @Test func `a certificate for another host is not believed`() async throws {
    let hub = try await HubProcess()
    let errors = try await refusal(by: hub, "is for hub.example", hosts: ["hub.example"])
    #expect(errors.contains("Start the hub with --host"))
  }

  @Test func `an expired certificate is not believed`() async throws {
    let hub = try await HubProcess()
    let host = String(hub.address.prefix { $0 != ":" })
    let errors = try await refusal(by: hub, "expired on 2001-09-10", hosts: [host], from: 1_000_000_000)
    #expect(errors.contains("Give the hub a new certificate"))
  }

  /// Gives the hub a certificate by an authority that the client trusts, and returns why the client refuses it, once the
  /// hub presents it.
  private func refusal(
    by hub: HubProcess, _ reason: String, hosts: [String], from start: Int64? = nil
  ) async throws -> String {
    let authority = try CertificateAuthority.create(name: "Own")
    try hub.present(try authority.issue(hosts: hosts, role: .server, validFor: .seconds(86_400), from: start))
    let trusted = try hub.directory.write(authority.identity.certificatePEM, to: "own.pem")
    var run = try await hub.client("describe", "--ca", trusted)
    let isRefused = try await eventually {
      if run.errors.contains(reason) { return true }
      run = try await hub.client("describe", "--ca", trusted)
      return false
    }
    #expect(isRefused, "\(run.errors)")
    #expect(run.exitCode == 6)
    return run.errors
  }

  @Test func `nobody at the address is unreachable`() async throws {
    let run = try await Holdfast.run(["describe", "--hub", "127.0.0.1:1", "--pin", String(repeating: "0", count: 64)])
    #expect(run.exitCode == 5)
    #expect(run.errors.contains("127.0.0.1:1"))
  }

  @Test(arguments: ["echo", "stream", "connect"])
  func `a benchmark reports what it measured, as JSON`(_ kind: String) async throws {
    let hub = try await HubProcess()
    let run = try await hub.client(
      "bench", kind, "--seconds", "200ms", "--inflight", "8", "--connections", "2", "--json")
    #expect(run.exitCode == 0)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(report["op"] as? String == kind)
    #expect(report["errors"] as? Int == 0)
    #expect(report["calls"] as? Int ?? 0 > 0)
    for name in [
      "seconds", "calls_per_s", "p50_us", "p99_us", "p999_us", "max_us", "client_cpu_s", "client_max_rss_kib",
    ] {
      #expect(report[name] is NSNumber, "\(name)")
    }
  }
}
