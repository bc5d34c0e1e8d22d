import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastServer
import HoldfastWire
import TestSupport
import Testing

/// What one writer knows to be on the disk, and what it cannot know since the hub died under it.
private struct Ledger: Sendable {
  var acknowledged: [String: (version: UInt64, content: [UInt8])] = [:]
  /// The last write of each key that was sent and not answered.
  var unknown: [String: [UInt8]] = [:]
}

/// Load, SIGKILL, restart, verify. `HOLDFAST_KILL_ROUNDS=50` runs it as often as wanted.
struct `Killing the hub` {
  private let rounds = ProcessInfo.processInfo.environment["HOLDFAST_KILL_ROUNDS"].flatMap(Int.init) ?? 4
  private let writers = 8
  private let settings: ClientSettings = {
    var settings = ClientSettings()
    // A lost reply is to be seen here, not mended underneath.
    settings.retry = .never
    return settings
  }()

  @Test func `loses no acknowledged write`() async throws {
    let hub = try await HubProcess()
    var ledgers = [Ledger](repeating: Ledger(), count: writers)
    for round in 0..<rounds {
      ledgers = try await load(hub, ledgers, until: 100 + 40 * round)
      try await hub.restart()
      try await verify(hub, &ledgers)
    }
    #expect(ledgers.allSatisfy { $0.acknowledged.count > 1 })
  }

  /// Every writer writes until the hub dies, which it does when `writes` have been acknowledged in all.
  private func load(_ process: HubProcess, _ ledgers: [Ledger], until writes: Int) async throws -> [Ledger] {
    let hub = try await process.connect(settings)
    let count = Lock(0)
    let next = try await withThrowingTaskGroup(of: (Int, Ledger).self) { group in
      for writer in 0..<writers {
        group.addTask {
          var ledger = ledgers[writer]
          for number in 0... {
            let key = "writer \(writer)/\(number % 20)"
            let content = Array("\(writer) \(number) \(String(repeating: "x", count: 500))".utf8)
            do {
              let reply = try await hub.persistence.put(PutRequest(space: "load", key: key, content: content))
              ledger.acknowledged[key] = (reply.version, content)
              ledger.unknown[key] = nil
            } catch {
              ledger.unknown[key] = content
              break
            }
            if count.withLock({ count in
              count += 1
              return count
            }) == writes {
              process.send(SIGKILL)
            }
          }
          return (writer, ledger)
        }
      }
      return try await group.reduce(into: ledgers) { $0[$1.0] = $1.1 }
    }
    await process.end(SIGKILL)
    hub.close()
    return next
  }

  private func verify(_ process: HubProcess, _ ledgers: inout [Ledger]) async throws {
    let hub = try await process.connect(settings)
    for index in ledgers.indices {
      for (key, write) in ledgers[index].acknowledged {
        let value = try #require(try await hub.persistence.get(GetRequest(space: "load", key: key)).value)
        if let unknown = ledgers[index].unknown[key], value.content == unknown {
          ledgers[index].acknowledged[key] = (value.version, unknown)
        } else {
          #expect(value.content == write.content, "\(key)")
          #expect(value.version == write.version, "\(key)")
        }
      }
      ledgers[index].unknown = [:]
    }
    hub.close()
  }
}
