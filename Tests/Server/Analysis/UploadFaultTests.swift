import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

/// Uploads to a hub whose disk loses its power, or its space.
struct `Uploads on a failing disk` {
  private func open(_ disk: LosingDisk) async throws -> AnalysisCalls {
    var options = StoreOptions()
    options.vfs = disk.name
    let store = try Store(Database(path: "hub", options: options, migrations: Schema.migrations), options: options)
    return AnalysisCalls(beside: try await PersistenceCalls.open(store))
  }

  private func client(_ calls: AnalysisCalls) -> AnalysisClient { AnalysisClient(calls.rpcClient()) }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `a power cut takes nothing that the hub said it had, and the upload goes on`(seed: UInt64) async throws {
    let disk = LosingDisk(seed: seed)
    let file = TestFile(bytes: 2_500_000, seed: seed)
    var random = SeededGenerator(seed: seed)
    var calls = try await open(disk)
    var received = 0
    disk.cutPower(after: Int.random(in: 1...1_500, using: &random))
    do {
      while received < file.content.count {
        let end = min(file.content.count, received + Int.random(in: 1...900_000, using: &random))
        received = Int(try await client(calls).upload(file, from: received, upTo: end).received)
      }
    } catch {
      #expect(!disk.hasPower, "\(error)")
    }
    calls.store.close()
    disk.restorePower()

    calls = try await open(disk)
    let status = try? await client(calls).file(file.request)
    #expect(Int(status?.received ?? 0) >= received)
    #expect(try await client(calls).uploadRest(file, from: received).state == .ready)
    #expect(try await calls.bytes(of: file.head.file) == file.content)
    calls.store.close()
  }

  @Test(arguments: [0, 400_000, 1_700_000])
  func `a full disk is said to the client, and the upload goes on when there is space again`(before: Int) async throws {
    let disk = LosingDisk(seed: 1)
    let file = TestFile(bytes: 2_500_000)
    let calls = try await open(disk)
    let client = client(calls)
    if before > 0 { try await client.upload(file, upTo: before) }
    disk.inject { $0.capacity = 0 }
    let error = await #expect(throws: AnalysisClient.UploadFailure.self) { try await client.upload(file, from: before) }
    #expect(error?.status == .resourceExhausted)
    #expect(error?.message.contains("disk is full") == true)
    disk.inject { $0.capacity = .max }
    if before > 0 { #expect(Int(try await client.file(file.request).received) == before) }
    #expect(try await client.uploadRest(file, from: before).state == .ready)
    #expect(try await calls.bytes(of: file.head.file) == file.content)
    calls.store.close()
  }
}
