import Foundation
import HoldfastCrypto
import HoldfastServer
import TestSupport
import Testing

struct `Tokens by the command line` {
  private func makeToken(_ hub: HubProcess, _ words: String...) async throws -> (file: String, id: String) {
    let run = try await Holdfast.run(["token", "create", "app", "--json", "--data", hub.data] + words)
    #expect(run.exitCode == 0)
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
