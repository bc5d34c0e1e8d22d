import Foundation
import HoldfastCrypto
import TestSupport
import Testing

/// The bad frames of `Protocol/Vectors/frames.jsonl`, sent to a real hub.
@Suite(.ownThread)
struct `Bad frames` {
  private struct Vector {
    let name: String
    let isNew: Bool
    let error: String
    let bytes: [UInt8]

    init?(_ line: Substring) throws {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      guard object["to"] as? String == "server" else { return nil }
      name = try #require(object["name"] as? String)
      isNew = object["state"] as? String == "new"
      error = try #require(object["error"] as? String)
      let parts = object["parts"] as? [[Any]] ?? [[object["hex"] as? String ?? "", 1]]
      bytes = try parts.flatMap { part in
        let digits = try #require(part.first as? String)
        let once = HoldfastCrypto.bytes(hex: digits) ?? []
        try #require(once.count == digits.count / 2)
        return repeatElement(once, count: try #require(part.last as? Int)).joined()
      }
    }
  }

  /// In the order of their numbers.
  private static let codes = [
    "done", "violation", "frame too large", "too many streams", "flow control", "unauthenticated", "silent",
    "too much unfinished", "unavailable", "internal",
  ]

  /// They go beyond the minimum, which is less than a hub takes; `BadInputTests` goes beyond what it takes.
  private static let withinLimits: Set = [
    "more calls than the server takes", "items without credit", "message beyond the limit",
  ]

  @Test func `each ends the connection with its code and disturbs nobody`() async throws {
    let hub = try await HubProcess()
    let neighbour = try await Neighbour(hub)
    let all = try String(contentsOfFile: Repository.path("Protocol/Vectors/frames.jsonl"), encoding: .utf8)
      .split(separator: "\n").compactMap { try Vector($0) }
    #expect(Self.withinLimits.isSubset(of: all.map(\.name)))
    let vectors = all.filter { !Self.withinLimits.contains($0.name) }
    #expect(vectors.count > 30)
    var ended: [(client: RawClient, name: String)] = []
    for vector in vectors {
      let client = try vector.isNew ? RawClient(hub) : RawClient.welcomed(by: hub)
      // In one write, so that no answer comes between two of the frames.
      let open = vector.isNew ? [] : RawClient.call(1, 7 << 10 | 1, items: true).bytes
      try client.peer.send(Self.callingRealMethods(open + vector.bytes))
      do {
        let code = try client.farewell()
        #expect(Self.codes[code] == vector.error, "\(vector.name)")
        ended.append((client, vector.name))
      } catch {
        Issue.record("\(vector.name): \(error)")
      }
    }
    // The hub waits a second for each client to close first.
    for (client, name) in ended { #expect(client.isClosed(), "\(name)") }
    try await neighbour.expectToBeAlone()
    try await neighbour.end()
  }

  /// The vectors call a method that no hub has, and which would be answered at once: instead of it, one that goes on as
  /// long as items come, or else one of a request and a reply that has its turn after what came with it.
  private static func callingRealMethods(_ bytes: [UInt8]) -> [UInt8] {
    let unknown = RawClient.varint(7 << 10 | 1)
    var bytes = bytes
    for place in bytes.indices.dropLast(2) where Array(bytes[place..<(place + 2)]) == unknown {
      bytes.replaceSubrange(
        place..<(place + 2), with: RawClient.varint(bytes[place + 2] == 1 ? 3 << 10 | 4 : 1 << 10 | 2))
    }
    return bytes
  }
}
