import HoldfastSDK
import TestSupport
import Testing

/// Values that are as large as any that a program should have.
struct HugeValueTests {
  private static let bytes = 100_000_000

  @Test(arguments: ["sqlite", "file", "secure"])
  func `a hundred megabytes come back as they were`(_ kind: String) async throws {
    let folder = try TemporaryDirectory()
    let adapter: any StorageAdapter =
      switch kind {
      case "sqlite": try await SQLiteAdapter.open(folder.path("values.sqlite"))
      case "file": try FileAdapter(directory: folder.path("values"), client: "app")
      default: SecureAdapter(try await SQLiteAdapter.open(folder.path("sealed.sqlite")), master: .bytes(Array(0..<32)))
      }
    var value = [UInt8](repeating: 1, count: Self.bytes)
    (value[0], value[Self.bytes / 2], value[Self.bytes - 1]) = (2, 3, 4)
    let version = try await adapter.write(value, for: "large")
    let stored = try await adapter.read("large")
    // Not with its bytes in the message of a failure.
    let isSame = stored == StoredValue(value, version: version)
    #expect(isSame)
    #expect(try await adapter.delete("large"))
    #expect(try await adapter.read("large") == nil)
  }
}
