import Foundation
import HoldfastCrypto
import HoldfastRPC
import HoldfastTesting
import TestSupport
import Testing

@testable import HoldfastSDK

/// Sealed values.
@Suite struct SecureAdapterTests {
  private let memory = MemoryAdapter()
  private static let secret = MasterKey.bytes([UInt8](repeating: 7, count: 32))
  private static let cheap = KeyDerivation.Cost(rounds: 16, blockSize: 8, lanes: 1)

  private func adapter(_ master: MasterKey = secret) -> SecureAdapter {
    SecureAdapter(memory, master: master, cost: Self.cheap)
  }

  @Test func `it keeps the rules of adapters`() async {
    #expect(await StorageConformance { SecureAdapter(MemoryAdapter(), master: Self.secret) }.run() == [])
  }

  @Test func `what lies there tells nothing, and is no other key's value`() async throws {
    let adapter = adapter()
    let text = Array("a secret that nobody should read".utf8)
    try await adapter.write(text, for: "a")
    try await adapter.write(text, for: "b")
    let (a, b) = (try #require(try await memory.read("a")), try #require(try await memory.read("b")))
    #expect(a.bytes != b.bytes)
    #expect(!String(decoding: a.bytes, as: UTF8.self).contains("secret"))
    try await memory.write(a.bytes, for: "b")
    let error = await #expect(throws: StorageError.self) { try await adapter.read("b") }
    #expect(error?.code == .damaged)
  }

  @Test func `every flipped bit is found`() async throws {
    let adapter = adapter()
    try await adapter.write([1, 2, 3], for: "a")
    let sealed = try #require(try await memory.read("a")).bytes
    for place in sealed.indices {
      var changed = sealed
      changed[place] ^= 4
      try await memory.write(changed, for: "a")
      let error = await #expect(throws: StorageError.self) { try await adapter.read("a") }
      #expect(error?.code == .damaged)
    }
    try await memory.write([], for: "a")
    await #expect(throws: StorageError.self) { try await adapter.read("a") }
  }

  @Test func `a wrong master key is refused, and nothing is changed`() async throws {
    try await adapter().write([1], for: "a")
    let before = try await memory.read(Vault.key)
    let wrong = adapter(.bytes([UInt8](repeating: 8, count: 32)))
    for call in [
      { _ = try await wrong.read("a") }, { try await wrong.write([2], for: "a") }, { try await wrong.delete("a") },
      { _ = try await wrong.keys(prefix: "", after: nil, limit: 1) }, { try await wrong.rotateKey() },
    ] {
      let error = await #expect(throws: StorageError.self) { try await call() }
      #expect(error?.code == .wrongKey)
    }
    #expect(try await memory.read(Vault.key) == before)
    #expect(try await adapter().read("a")?.bytes == [1])
  }

  @Test func `a passphrase opens what it has closed, and no other does`() async throws {
    try await adapter(.passphrase("correct horse")).write([1], for: "a")
    #expect(try await adapter(.passphrase("correct horse")).read("a")?.bytes == [1])
    let error = await #expect(throws: StorageError.self) { try await adapter(.passphrase("battery")).read("a") }
    #expect(error?.code == .wrongKey)
  }

  @Test func `a key file is made for its owner alone, and refused when others may read it`() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.path("key")
    try await adapter(.file(path)).write([1], for: "a")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(try await adapter(.file(path)).read("a")?.bytes == [1])
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let error = await #expect(throws: StorageError.self) { try await adapter(.file(path)).read("a") }
    #expect(error?.code == .notPermitted)
    try folder.write("too short", to: "other")
    let other = await #expect(throws: StorageError.self) { try await adapter(.file(folder.path("other"))).read("a") }
    #expect(other?.code == .wrongKey)
  }

  @Test func `a variable that is not set says what to do`() async throws {
    let error = await #expect(throws: StorageError.self) {
      try await adapter(.environment("HOLDFAST_NO_SUCH_KEY")).read("a")
    }
    #expect(error?.code == .wrongKey)
    #expect("\(error as Any)".contains("HOLDFAST_NO_SUCH_KEY"))
  }

  @Test func `a new key seals what is written, and the old one opens what it has sealed until all is sealed anew`()
    async throws
  {
    let adapter = adapter()
    let other = self.adapter()
    try await adapter.write([1], for: "a")
    #expect(try await other.read("a")?.bytes == [1])
    try await adapter.rotateKey()
    try await adapter.write([2], for: "b")
    #expect(try await adapter.read("a")?.bytes == [1])
    #expect(try await other.read("b")?.bytes == [2], "another process finds the new key")
    let old = try #require(try await memory.read("a")).bytes
    #expect(try await adapter.reseal() == 2)
    #expect(try await memory.read("a")?.bytes != old)
    #expect(try await adapter.read("a")?.bytes == [1])
    #expect(try await adapter.read("b")?.bytes == [2])
    // What was sealed with the key that is forgotten can no longer be read.
    try await memory.write(old, for: "a")
    await #expect(throws: StorageError.self) { try await adapter.read("a") }
  }

  @Test func `another master key takes over, and the one before opens nothing any longer`() async throws {
    let adapter = adapter()
    try await adapter.write([1], for: "a")
    try await adapter.changeMaster(to: .passphrase("new"))
    #expect(try await adapter.read("a")?.bytes == [1])
    #expect(try await self.adapter(.passphrase("new")).read("a")?.bytes == [1])
    let error = await #expect(throws: StorageError.self) { try await self.adapter().read("a") }
    #expect(error?.code == .wrongKey)
  }

  @Test func `what is locked is asked for once by all who wait, and again after locking`() async throws {
    let asked = Happening()
    let adapter = SecureAdapter(memory, master: Self.secret) { asked.pass() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 { group.addTask { try await adapter.write([1], for: "\(number)") } }
      try await group.waitForAll()
    }
    #expect(asked.count == 1)
    adapter.lock()
    #expect(try await adapter.read("1")?.bytes == [1])
    #expect(asked.count == 2)
  }

  @Test func `who is not let in reads and writes nothing, and may be let in later`() async throws {
    struct NoFinger: Error {}
    let isAllowed = Lock(false)
    let adapter = SecureAdapter(memory, master: Self.secret) {
      if !isAllowed.withLock({ $0 }) { throw NoFinger() }
    }
    let error = await #expect(throws: StorageError.self) { try await adapter.write([1], for: "a") }
    #expect(error?.cause is NoFinger)
    await #expect(throws: StorageError.self) { try await adapter.eraseAll() }
    #expect(try await memory.keys(prefix: "", after: nil, limit: 10).isEmpty)
    isAllowed.withLock { $0 = true }
    try await adapter.write([1], for: "a")
  }

  @Test func `after erasing, copies of what was sealed are of no use`() async throws {
    let adapter = adapter()
    try await adapter.write([1], for: "a")
    let copy = try #require(try await memory.read("a")).bytes
    try await adapter.eraseAll()
    try await memory.write(copy, for: "a")
    let error = await #expect(throws: StorageError.self) { try await adapter.read("a") }
    #expect(error?.code == .damaged)
    try await adapter.eraseAll()
    try await adapter.write([2], for: "a")
    #expect(try await adapter.read("a")?.bytes == [2])
  }
}
