import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import Testing

/// How a change stream goes on, against a fake whose watches end.
struct `Change streams` {
  private let fake = FakePersistence()
  private let atOnce = Backoff(first: .zero, longest: .zero)

  @Test func `a watch that ends is begun again after the last change that was read`() async throws {
    fake.onWatch { request, replies, _ in
      let next = UInt64(request.cursor.first ?? 0) + 1
      try await replies.send(Change(sequence: next, cursor: [UInt8(next)]))
    }
    var sequences: [UInt64] = []
    let changes = fake.client().changes(WatchRequest(space: "s", fromStart: true), backoff: atOnce)
    for try await change in changes {
      sequences.append(change.sequence)
      if sequences.count == 4 { break }
    }
    #expect(sequences == [1, 2, 3, 4])
    #expect(fake.watchRequests.prefix(4).map(\.cursor) == [[], [1], [2], [3]])
    #expect(fake.watchRequests.prefix(4).map(\.fromStart) == [true, false, false, false])
  }

  @Test func `an error that waiting does not mend ends it`() async throws {
    fake.onWatch { _, _, _ in throw CursorExpired(floor: 12) }
    var changes = fake.client().changes(WatchRequest(space: "s", cursor: [1]), backoff: atOnce).makeAsyncIterator()
    let error = await #expect(throws: CallError<PersistenceMethods.WatchFailure>.self) { try await changes.next() }
    #expect(error?.declared == .cursorExpired(CursorExpired(floor: 12)))
    #expect(fake.watchRequests.count == 1)
  }
}
