#if os(Linux)
  import Foundation
  import HoldfastContract
  import HoldfastRPC
  import HoldfastSDK
  import HoldfastWire
  import Testing

  /// A hub whose disk has no space left, and then has some again.
  struct `A full disk` {
    private func content(_ number: Int) -> [UInt8] { Array("\(number) \(String(repeating: "d", count: 50_000))".utf8) }

    private func put(_ hub: Hub, _ number: Int) async throws(CallError<PersistenceMethods.PutFailure>) {
      _ = try await hub.persistence.put(
        PutRequest(space: "disk", key: "key \(number)", content: content(number), expected: 0))
    }

    @Test func `is said to who writes, not noticed by who reads, and over when there is space again`() async throws {
      let disk = try await SmallDisk(mebibytes: 24)
      let process = try await HubProcess(on: disk)
      var hub = try await process.connect()
      var written: [Int] = []
      for number in 0..<20 {
        try await put(hub, number)
        written.append(number)
      }
      try disk.fill()

      // What the log of writes has room for is still written.
      var refused: [Int] = []
      for number in 20..<2_000 where refused.count < 20 {
        do {
          try await put(hub, number)
          written.append(number)
        } catch {
          #expect(error.status == .resourceExhausted, "\(error)")
          #expect(error.message.contains("disk is full"))
          refused.append(number)
        }
      }
      #expect(refused.count == 20)
      let said = try await process.client("put", "more", String(repeating: "m", count: 50_000))
      #expect(said.exitCode == 1)
      #expect(said.errors.contains("disk is full"))

      try await expect(hub, written, refused)
      try disk.free()
      for number in refused {
        try await put(hub, number)
        written.append(number)
      }
      try await expect(hub, written, [])

      hub.close()
      await process.end(SIGKILL)
      try await process.restart()
      hub = try await process.connect()
      try await expect(hub, written, [])
      hub.close()
    }

    /// Expects that all are there which were acknowledged, and none that were refused.
    private func expect(_ hub: Hub, _ written: [Int], _ refused: [Int]) async throws {
      for number in written {
        let value = try await hub.persistence.get(GetRequest(space: "disk", key: "key \(number)")).value
        #expect(value?.content == content(number), "key \(number)")
      }
      for number in refused {
        #expect(try await hub.persistence.get(GetRequest(space: "disk", key: "key \(number)")).value == nil)
      }
    }
  }
#endif
