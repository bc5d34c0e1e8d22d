import HoldfastContract
import HoldfastSDK
import HoldfastWire
import Testing

/// A well-behaved client beside those that are not: over one connection it writes and reads all the time, and every call
/// has to succeed.
final class Neighbour: Sendable {
  private static let keys = 20

  let hub: Hub
  private let work: Task<[String: [UInt8]], any Error>

  init(_ process: HubProcess) async throws {
    let hub = try await process.connect()
    self.hub = hub
    work = Task {
      var written: [String: [UInt8]] = [:]
      var number = 0
      // Once at least, also where all threads are taken until this is told to end.
      repeat {
        let key = "neighbour/\(number % Self.keys)"
        let content = Array("\(number) \(String(repeating: "n", count: 200))".utf8)
        // A call that is under way is not given up when this is told to end.
        let value = try await Task.detached {
          _ = try await hub.persistence.put(PutRequest(space: "hostile", key: key, content: content))
          return try await hub.persistence.get(GetRequest(space: "hostile", key: key)).value
        }.value
        #expect(value?.content == content)
        written[key] = content
        number += 1
      } while !Task.isCancelled
      return written
    }
  }

  /// Ends, and expects that nothing went wrong and all is there that was acknowledged.
  func end() async throws {
    work.cancel()
    let written = try await work.value
    #expect(!written.isEmpty)
    for (key, content) in written {
      #expect(try await hub.persistence.get(GetRequest(space: "hostile", key: key)).value?.content == content)
    }
    hub.close()
  }

  /// Expects that the hub has no other clients any more, nor anything of theirs.
  func expectToBeAlone() async throws {
    var load = HubLoad()
    let isAlone = try await eventually {
      load = try #require(try await hub.administration.describe(DescribeRequest()).load)
      // The description itself is a call, and this client may have one more.
      return load.connections == 1 && load.kept == 1 && load.calls <= 2
    }
    #expect(isAlone, "\(load)")
  }
}
