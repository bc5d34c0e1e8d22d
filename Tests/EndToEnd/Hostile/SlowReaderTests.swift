import Foundation
import TestSupport
import Testing

/// Clients that send and do not read.
@Suite(.ownThread)
struct SlowReaderTests {
  @Test(arguments: [false, true])
  func `a client that asks more than it reads is not listened to for long`(readsSome: Bool) async throws {
    let hub = try await HubProcess()
    let before = try residentBytes(of: hub)
    let client = try RawClient(hub, TLSPeer.Options(patience: 2))
    try client.send(RawClient.hello(token: try RawClient.adminToken(of: hub)))
    let pings = [UInt8](
      repeatElement(RawClient.Frame(type: 9, body: [UInt8](repeating: 1, count: 8)).bytes, count: 65_536).joined())
    // 96 MiB of questions. What the kernel and the hub keep of questions and answers is far less: sending has to stall.
    #expect(throws: TLSPeer.Failure.self) {
      for _ in 0..<96 {
        try client.peer.send(pings)
        var read = readsSome ? 0 : 256 << 10
        while read < 256 << 10 { read += try client.peer.receive().count }
      }
    }
    #expect(try residentBytes(of: hub) < before + (32 << 20) || !ResidentMemory.isTelling)
    let other = try RawClient.welcomed(by: hub)
    try other.send(RawClient.call(1, 3 << 10 | 1, []))
    #expect(try other.next().type == 4)
  }

  @Test func `what was asked while nobody read is answered when somebody does`() async throws {
    let hub = try await HubProcess()
    let client = try RawClient.welcomed(by: hub)
    // A hundred requests of 60,000 bytes, whose echoes wait in the hub, and then as many pings.
    let content = RawClient.payload([UInt8](repeating: 7, count: 60_000))
    for stream in 1...100 as ClosedRange<UInt32> {
      var body = RawClient.call(stream, 3 << 10 | 1, content).body
      while body.count > 16_384 {
        try client.send(RawClient.Frame(type: 3, more: true, stream: stream, body: Array(body.prefix(16_384))))
        body.removeFirst(16_384)
      }
      try client.send(RawClient.Frame(type: 3, stream: stream, body: body))
    }
    try client.send(RawClient.Frame(type: 9, body: [UInt8](repeating: 1, count: 8)))
    var bytes = 0
    var ended = 0
    var pongs = 0
    while ended < 100 || pongs < 1 {
      let frame = try client.next()
      bytes += frame.type == 4 ? frame.body.count : 0
      ended += frame.type == 4 && !frame.more ? 1 : 0
      pongs += frame.type == 10 ? 1 : 0
    }
    #expect(bytes == 100 * (content.count + 2))
  }

  private func residentBytes(of hub: HubProcess) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(hub.pid)/statm", encoding: .utf8)
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
  }
}
