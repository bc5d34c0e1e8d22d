import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastSync
import HoldfastWire
import Testing

@testable import HoldfastServer

/// Files of replicas that live more than once.
struct `Openings of a replica` {
  private let hub: PersistenceFixture
  private var device: Device

  init() async throws {
    hub = try await PersistenceFixture()
    device = Device(hub.rpcClient(), 1)
    try await device.join()
  }

  private func like(_ number: UInt64, _ opening: UInt64, revision: UInt32 = 0, _ amount: Int64 = 1) -> EntityOperation {
    .update(1, base: 0, .like(amount)).numbered(number).opened(opening, revision: revision)
  }

  private static func isForeign(_ outcome: Outcome?) -> Bool {
    outcome?.kind == .rejected && outcome?.status == UInt32(Status.alreadyExists.rawValue) && outcome?.isReplay == false
  }

  private static func isForgotten(_ outcome: Outcome?) -> Bool {
    outcome?.kind == .rejected && outcome?.status == UInt32(Status.alreadyExists.rawValue) && outcome?.isReplay == true
  }

  private mutating func likes() async throws -> UInt8? {
    try await device.pull()
    return device.state(1)?.last
  }

  @Test mutating func `what a life after a restore does under numbers that are forgotten is not taken for done`()
    async throws
  {
    let earlier = [EntityOperation.create(1, .like(1)).numbered(1).opened(5), like(2, 5), like(3, 6)]
    #expect(try await device.send(earlier).map(\.kind) == [.applied, .applied, .applied])
    _ = try await device.send([], confirmed: 3)
    // The backup held the second, and was worked on in an opening of its own.
    #expect(Self.isForgotten(try await device.send([earlier[1]]).first))
    #expect(Self.isForeign(try await device.send([like(3, 7)]).first))
    #expect(try await device.send([like(4, 7)]).words == ["applied 4"])
    #expect(Self.isForeign(try await device.send([like(3, 7)]).first))
    #expect(try await likes() == 4)
    #expect(try await device.join().number == 4)
  }

  @Test mutating func `a life that a newer opening has followed gives no numbers any longer`() async throws {
    let first = EntityOperation.create(1, .like(1)).numbered(1).opened(5)
    _ = try await device.send([first, like(3, 6)])
    // What was made before the newer opening goes later; what comes after it is a copy's.
    #expect(try await device.send([like(2, 5)]).words == ["applied 3"])
    #expect(Self.isForeign(try await device.send([like(4, 5)]).first))
    #expect(try await device.send([first]).words == ["applied again 1"])
    #expect(try await likes() == 3)
    #expect(try await device.join().number == 3)
  }

  @Test mutating func `an emptier form of what was done is done`() async throws {
    _ = try await device.send([EntityOperation.create(1).numbered(1).opened(5)])
    #expect(try await device.send([like(2, 5, revision: 2, 6)]).words == ["applied 2"])
    let late = try await device.send([like(2, 5, revision: 1, 4)])
    #expect(late.words == ["applied again 2 news"])
    #expect(late.first?.state == [UInt8(Note.likes << 3), 6])
    #expect(try await likes() == 6)
  }

  @Test mutating func `a fuller form of what was done is refused with the reason, and what is left is not guessed`()
    async throws
  {
    _ = try await device.send([EntityOperation.create(1).numbered(1).opened(5)])
    _ = try await device.send([like(2, 5, 4)])
    for _ in 0..<2 {
      let late = try await device.send([like(2, 5, revision: 1, 6)]).first
      #expect(late?.status == UInt32(Status.failedPrecondition.rawValue))
      #expect(late?.message.contains("a copy of the replica") == true)
    }
    #expect(try await device.send([like(2, 5, 4)]).words == ["applied again 2"])
    #expect(try await likes() == 4)
  }

  @Test mutating func `an operation that a newer program has brought to its version is the same`() async throws {
    try await device.join(Note.description(version: 2))
    _ = try await device.send([EntityOperation.create(1).numbered(1).opened(5)])
    _ = try await device.send([like(2, 5)])
    var upgraded = like(2, 5)
    upgraded.schema = 2
    #expect(try await device.send([upgraded]).words == ["applied again 2 news"])
    // What says something else in the same version is another.
    #expect(Self.isForeign(try await device.send([like(2, 5, 3)]).first))
    #expect(try await likes() == 1)
  }

  @Test mutating func `of very many openings the oldest are forgotten, and their work is not lost`() async throws {
    for start in stride(from: 1 as UInt64, to: 1_201, by: 400) {
      let operations = (start..<start + 400).map { EntityOperation.create(1, .like(1)).numbered($0).opened($0) }
      #expect(try await device.send(operations).allSatisfy { $0.kind == .applied })
    }
    _ = try await device.send([], confirmed: 1_200)
    let count = try await hub.store.scan { try $0.first("SELECT COUNT(*) FROM opening") { $0.integer(0) } }
    #expect(count == Limits.openings)
    #expect(Self.isForeign(try await device.send([.create(1, .like(1)).numbered(1).opened(1)]).first))
    #expect(Self.isForgotten(try await device.send([.create(1, .like(1)).numbered(1_200).opened(1_200)]).first))
  }
}
