import TestSupport
import Testing

@testable import HoldfastRPC
@testable import HoldfastWire

@Suite struct EarlySendingTests {
  @Test(arguments: [(size: 100, calls: Limits.earlyFrames), (size: 1_000, calls: Limits.earlyBytes / 1_000)])
  func `calls that are many or large leave before the turn ends, and few small ones do not`(
    size: Int, calls: Int
  ) async throws {
    let loop = EventLoopGroup.shared.next()
    let (near, far) = try PlainLink.pair()
    let opened = Happening()
    let connection = await loop.perform {
      let connection = ClientConnection(
        near, on: loop, ClientSettings(), token: "",
        ClientConnection.Events(
          opened: { _ in loop.execute { opened.pass() } }, welcomed: { _ in }, closing: { _, _, _ in }))
      connection.start()
      return connection
    }
    await opened.wait()
    // The hello leaves at the end of a turn; until then it counts among what is to leave.
    while await loop.perform({ Self.arrived(at: far) }) == 0 { await Task.yield() }
    let (little, much) = await loop.perform { () -> (Int, Int) in
      for _ in 1..<calls { connection.add(Self.call(of: size)) }
      let little = Self.arrived(at: far)
      for _ in 0..<2 { connection.add(Self.call(of: size)) }
      let much = Self.arrived(at: far)
      connection.close(CallFailure(.cancelled, "the test is over"))
      far.close()
      return (little, much)
    }
    #expect(little == 0)
    #expect(much >= calls * size)
  }

  private static func call(of bytes: Int) -> ClientCall {
    ClientCall(
      CallHead(method: Echo.unary.id), request: [UInt8](repeating: 0, count: bytes), deadline: nil)
  }

  /// How many bytes can be read at once.
  private static func arrived(at link: PlainLink) -> Int {
    var total = 0
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
      while case .bytes(let count)? = try? link.read(into: buffer) { total += count }
    }
    return total
  }
}
