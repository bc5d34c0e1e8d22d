import HoldfastWire
import Testing

@testable import HoldfastRPC

@Suite struct InboundChannelTests {
  /// A channel that counts the credit which it gives back.
  private struct Channel {
    let given = Lock(0)
    let inner: InboundChannel

    init(portion: Int = 1000) {
      let given = given
      inner = InboundChannel(portion: portion) { credit in given.withLock { $0 += credit } }
    }

    var givenBack: Int { given.withLock { $0 } }

    func push(_ number: Int, credit: Int = 10) -> Bool {
      let bytes = Authenticate(token: "\(number)").encoded()
      return bytes.withUnsafeBytes { inner.push(.view($0), credit: credit) }
    }

    func take() throws -> String? {
      try inner.takeArrived().map { item in
        let message: Authenticate = try item.decode(limits: .standard)
        return message.token
      }
    }
  }

  @Test func `items come in order, whenever they arrived`() throws {
    let channel = Channel()
    for number in 0..<3 { #expect(!channel.push(number)) }
    #expect(try channel.take() == "0")
    for number in 3..<5 { _ = channel.push(number) }
    for number in 1..<5 { #expect(try channel.take() == "\(number)") }
    #expect(try channel.take() == nil)
    _ = channel.push(5)
    #expect(try channel.take() == "5")
  }

  @Test func `an item put together from pieces keeps its bounds`() throws {
    let channel = Channel()
    let whole = [1, 2, 3] + Authenticate(token: "first").encoded()
    _ = channel.inner.push(.assembled(whole, from: 3), credit: 1)
    _ = channel.inner.push(.assembled(Authenticate(token: "second").encoded(), from: 0), credit: 1)
    #expect(try channel.take() == "first")
    _ = channel.inner.push(.assembled(Authenticate(token: "third").encoded(), from: 0), credit: 1)
    #expect(try channel.take() == "second")
    #expect(try channel.take() == "third")
  }

  @Test func `credit goes back in portions, and all of it in the end`() throws {
    let channel = Channel(portion: 25)
    for number in 0..<6 { _ = channel.push(number) }
    _ = try channel.take()
    _ = try channel.take()
    #expect(channel.givenBack == 0)
    _ = try channel.take()
    #expect(channel.givenBack == 30)
    _ = try channel.take()
    channel.inner.abandon()
    #expect(channel.givenBack == 60)
    _ = channel.push(6)
    #expect(channel.givenBack == 70)
  }

  @Test func `an end lets what has come be read, and a failure does not`() async throws {
    let ended = Channel()
    _ = ended.push(0)
    ended.inner.finish(.success(()))
    #expect(try await ended.inner.next() != nil)
    #expect(try await ended.inner.next() == nil)

    let failed = Channel()
    _ = failed.push(0)
    failed.inner.finish(.failure(CallFailure(.aborted, "no more")))
    #expect(failed.givenBack == 10)
    await #expect(throws: CallFailure.self) { try await failed.inner.next() }
  }

  @Test func `a reader that waits is woken by what comes, and by its task's end`() async throws {
    let channel = Channel()
    // Whichever of the two comes first.
    for number in 0..<100 {
      let reader = Task { try await channel.inner.next() }
      if channel.push(number) { channel.inner.wake() }
      #expect(try await reader.value != nil)
    }

    let late = Task { try await channel.inner.next() }
    late.cancel()
    await #expect(throws: CancellationError.self) { try await late.value }
  }
}
