import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastServer
import HoldfastStore
import TestSupport
import Testing

/// Hubs that seal what they keep.
struct `Sealing` {
  private let secret = "a secret that nobody should read"

  /// Tries to start a stopped hub, which is to be refused.
  private func refusal(
    _ hub: HubProcess, _ options: [String], environment: [String: String] = [:]
  ) async throws -> String {
    let run = try await Holdfast.run(
      ["serve", "--data", hub.data, "--listen", "127.0.0.1:0"] + options, environment: environment)
    #expect(run.exitCode != 0)
    return run.errors
  }

  @Test func `the key is made for its owner alone, and what is stored is sealed and outlives the hub`() async throws {
    let hub = try await HubProcess(["--seal"])
    #expect(try await hub.client("put", "a", secret, "--subject", "ann").exitCode == 0)
    await hub.end(SIGKILL)
    let directory = HubDirectory(path: hub.data)
    for file in [directory.masterKey, directory.keys] {
      #expect(try LocalFile.status(of: file)?.mode == 0o600, "\(file)")
    }
    for name in try LocalFile.names(in: hub.data) where name != "tls" && name != "audit" {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(hub.data)/\(name)"))
      #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(name)")
    }
    try await hub.restart()
    #expect(try await hub.client("get", "a").output == secret)
    await hub.end()
    let audit = try await Holdfast.run(["audit", "verify", "--data", hub.data])
    #expect(audit.exitCode == 0, "\(audit.output) \(audit.errors)")
  }

  @Test func `without its keys it does not start, says why, and changes nothing`() async throws {
    let hub = try await HubProcess(["--seal"])
    _ = try await hub.client("put", "a", secret)
    await hub.end()
    let directory = HubDirectory(path: hub.data)
    func bytes() throws -> [Data] {
      try [directory.database, directory.keys, directory.masterKey].map {
        try Data(contentsOf: URL(fileURLWithPath: $0))
      }
    }
    let before = try bytes()
    #expect(try await refusal(hub, []).contains("--seal"))
    let other = String(repeating: "0f", count: 32)
    let wrong = try await refusal(hub, ["--seal", "--master-key", "env:OTHER"], environment: ["OTHER": other])
    #expect(wrong.contains("--master-key"))
    #expect(try await refusal(hub, ["--seal", "--master-key", "env:NONE"]).contains("NONE"))
    #expect(try await refusal(hub, ["--seal", "--master-key", "nonsense"]).contains("passphrase-env:NAME"))
    #expect(try await refusal(hub, ["--master-key", "env:OTHER"]).contains("--seal"))
    #expect(try bytes() == before)

    try LocalFile.move(directory.masterKey, to: directory.path + "/aside")
    #expect(try await refusal(hub, ["--seal"]).contains("put it back"))
    #expect(try LocalFile.status(of: directory.masterKey) == nil)
    try LocalFile.move(directory.path + "/aside", to: directory.masterKey)
    try LocalFile.move(directory.keys, to: directory.path + "/aside")
    #expect(try await refusal(hub, ["--seal"]).contains("keys.sqlite is gone"))
    #expect(try LocalFile.status(of: directory.keys) == nil)
    try LocalFile.move(directory.path + "/aside", to: directory.keys)
    try await hub.restart()
    #expect(try await hub.client("get", "a").output == secret)
  }

  @Test func `a setting turns it on as well, and a passphrase is a key`() async throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write("seal = yes\nmaster-key = passphrase-env:WORDS\n", to: "config")
    let hub = try await HubProcess(["--config", config], environment: ["WORDS": "correct horse"])
    _ = try await hub.client("put", "a", secret)
    await hub.end()
    #expect(try await refusal(hub, ["--config", config], environment: ["WORDS": "battery"]).contains("master key"))
    #expect(try await refusal(hub, ["--seal"]).contains("master key"))
    try await hub.restart()
    #expect(try await hub.client("get", "a").output == secret)
  }

  /// Stores values about two people.
  private func fill(_ process: HubProcess) async throws {
    let hub = try await process.connect()
    for name in ["ann", "bob"] {
      for start in stride(from: 0, to: 400, by: 100) {
        let puts = (start..<start + 100).map { number in
          Operation.put(Put(key: "\(name) \(number)", content: Array("\(secret) of \(name)".utf8), subject: name))
        }
        _ = try await hub.persistence.batch(BatchRequest(space: "default", operations: puts))
      }
    }
    hub.close()
  }

  private func verify(_ process: HubProcess) async throws {
    let audit = try await process.client("audit", "verify")
    #expect(audit.exitCode == 0, "\(audit.output) \(audit.errors)")
  }

  @Test func `a kill while keys are replaced loses nothing, and the next start goes on`() async throws {
    let process = try await HubProcess(["--seal"])
    try await fill(process)
    for _ in 0..<3 {
      let hub = try await process.connect()
      let before = try await hub.administration.listKeys(ListKeysRequest()).keys.filter { !$0.retired }
      #expect(try await hub.administration.rotateKeys(RotateKeysRequest()).keys > 0)
      await process.end(SIGKILL)
      hub.close()
      try await process.restart()
      let next = try await process.connect()
      let isOver = try await eventually {
        let keys = try await next.administration.listKeys(ListKeysRequest())
        return !keys.progress.isRunning && keys.keys.allSatisfy { !$0.retired }
          && Set(keys.keys.map(\.id)).isDisjoint(with: before.map(\.id))
      }
      #expect(isOver)
      for key in ["ann 0", "bob 399"] {
        #expect(try await next.persistence.get(GetRequest(space: "default", key: key)).value != nil)
      }
      next.close()
      try await verify(process)
    }
    #expect(try await process.client("keys", "rotate", "--master").exitCode == 0)
    await process.end(SIGKILL)
    try await process.restart()
    #expect(try await process.client("get", "bob 1").output == "\(secret) of bob")
  }

  @Test func `a kill in the middle of an erasure leaves it to the next start`() async throws {
    let process = try await HubProcess(["--seal"])
    try await fill(process)
    try await verify(process)
    let hub = try await process.connect()
    async let erased = process.client("erase", "--subject", "ann", "--yes")
    for try await change in hub.persistence.watch(WatchRequest(space: "default", fromStart: true))
    where change.kind == .erased {
      process.send(SIGKILL)
      break
    }
    await process.end(SIGKILL)
    _ = try await erased
    hub.close()
    try await process.restart()
    let next = try await process.connect()
    let isOver = try await eventually {
      try await next.administration.listKeys(ListKeysRequest()).keys.allSatisfy { $0.subject != "ann" }
    }
    #expect(isOver)
    #expect(try await next.persistence.get(GetRequest(space: "default", key: "ann 399")).value == nil)
    #expect(try await next.persistence.get(GetRequest(space: "default", key: "bob 399")).value != nil)
    next.close()
    try await verify(process)
    let again = try await process.client("erase", "--subject", "ann")
    #expect(again.exitCode == 2 && again.errors.contains("--yes"))
  }
}
