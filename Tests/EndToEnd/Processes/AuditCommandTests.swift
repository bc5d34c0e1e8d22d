import Foundation
import HoldfastCrypto
import TestSupport
import Testing

struct `The audit trail by the command line` {
  @Test func `one altered byte of the log is found, and its change is named`() async throws {
    let hub = try await HubProcess()
    for number in 1...4 {
      #expect(try await hub.client("put", "key \(number)", "value \(number)", "--space", "notes").exitCode == 0)
    }
    #expect(await hub.end() == 0)
    let whole = try await Holdfast.run(["audit", "verify", "--data", hub.data])
    #expect(whole.exitCode == 0)
    #expect(whole.output.hasPrefix("Everything is as it was written."))
    try hub.alterByte(of: SHA256.hash(Array("value 3".utf8)))
    let altered = try await Holdfast.run(["audit", "verify"], environment: ["HOLDFAST_DATA": hub.data])
    #expect(altered.exitCode == 1)
    #expect(altered.output.hasPrefix("space notes, change 3, key key 3, by "))
    let json = try await Holdfast.run(["audit", "verify", "--json", "--data", hub.data])
    #expect(json.output.hasPrefix(#"{"intact":false,"#))
    #expect(json.output.contains(#""change":3,"#))
  }

  @Test func `a directory that is no hub's, and a key that is none, are refused`() async throws {
    let folder = try TemporaryDirectory()
    let missing = try await Holdfast.run(["audit", "verify", "--data", folder.path])
    #expect(missing.exitCode == 1)
    #expect(missing.errors.contains("holds no data of a hub"))
    let usage = try await Holdfast.run(["audit", "verify", "--data", folder.path, "--key", "abc"])
    #expect(usage.exitCode == 2)
    #expect(try await Holdfast.run(["audit", "verify"]).exitCode == 2)
  }
}

extension HubProcess {
  /// Changes a byte in the file of a hub that has ended, in the one place where these are.
  func alterByte(of bytes: [UInt8]) throws {
    let path = data + "/holdfast.sqlite"
    var file = try Data(contentsOf: URL(fileURLWithPath: path))
    let places = file.ranges(of: bytes)
    try #require(places.count == 1)
    file[places[0].lowerBound + 7] ^= 1
    try file.write(to: URL(fileURLWithPath: path))
  }
}
