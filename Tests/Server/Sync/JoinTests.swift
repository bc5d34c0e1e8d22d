import FoundationEssentials
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Replicas that join` {
  private let hub: PersistenceFixture
  private var device: Device

  init() async throws {
    hub = try await PersistenceFixture()
    device = Device(hub.rpcClient(), 1)
  }

  @Test mutating func `joining tells where the hub is, and how far it knows the replica`() async throws {
    let first = try await device.join()
    #expect(first.epoch == hub.calls.epoch)
    #expect(first.sequence == 0)
    #expect(first.shared == 0)
    #expect(first.clock == ClockReading(time: 1_800_000_000_000_000))
    try await device.push(.create(1), .create(2))
    let second = try await device.join()
    #expect(second.sequence == 2)
    #expect(second.number == 2)
    #expect(second.shared == 2)
  }

  @Test mutating func `a description with the version of another is refused, a newer one is taken`() async throws {
    try await device.join(Note.description(version: 2))
    var other = Device(hub.rpcClient(), 2)
    let error = await #expect(throws: CallError<SyncMethods.JoinFailure>.self) {
      try await other.join(Note.description(version: 2, policy: .client))
    }
    #expect(error?.declared == .descriptionMismatch(DescriptionMismatch(type: "note", version: 2)))
    try await other.join(Note.description(version: 1), Note.description(version: 3, policy: .client))
    // The newest is in force for everybody: the device prevails over the deletion that it did not know of.
    try await device.push(.create(1, .title("a")))
    try await device.push(.delete(1, base: 1))
    #expect(try await other.push(.update(1, base: 1, .title("b"))).words == ["applied 3 news"])
  }

  @Test mutating func `a description that makes no sense is refused`() async throws {
    var twice = Note.description()
    twice.fields.append(twice.fields[0])
    for description in [twice, EntityDescription(type: "", version: 1), Note.description(policy: .counter)] {
      var device = device
      let error = await #expect(throws: CallError<SyncMethods.JoinFailure>.self) { try await device.join(description) }
      #expect(error?.status == .invalidArgument)
    }
  }

  @Test mutating func `types of the same name in two spaces have nothing to do with each other`() async throws {
    try await device.join()
    device.space = "other"
    try await device.join(Note.description(policy: .client))
    try await device.push(.create(1, .title("a")))
    device.space = "notes"
    try await device.pull()
    #expect(device.entities.isEmpty)
  }

  @Test mutating func `an incarnation that turns up on another device is refused`() async throws {
    try await device.join()
    try await device.push(.create(1))
    var copy = Device(hub.rpcClient(), 2)
    copy.identity.incarnation = device.identity.incarnation
    let atJoin = await #expect(throws: CallError<SyncMethods.JoinFailure>.self) { try await copy.join() }
    guard case .unknownReplica = atJoin?.declared else {
      Issue.record("a copied replica must not join: \(String(describing: atJoin))")
      return
    }
    let operations = copy.number([.create(2)])
    let copied = copy
    let atPush = await #expect(throws: CallError<SyncMethods.PushFailure>.self) { try await copied.send(operations) }
    guard case .unknownReplica = atPush?.declared else {
      Issue.record("a copied replica must not push: \(String(describing: atPush))")
      return
    }
    // With an incarnation of its own it may.
    copy.identity.incarnation = UUID()
    try await copy.join()
    #expect(try await copy.send(operations).words == ["applied 2"])
  }

  @Test mutating func `a replica that has not joined cannot push`() async throws {
    let operations = device.number([.create(1)])
    let device = device
    for _ in 0..<2 {
      let error = await #expect(throws: CallError<SyncMethods.PushFailure>.self) { try await device.send(operations) }
      guard case .unknownReplica = error?.declared else {
        Issue.record("an unknown replica must not push: \(String(describing: error))")
        return
      }
      // Neither where the space does not exist, nor where it does.
      try await hub.client().put("a", "1")
    }
  }

  @Test mutating func `an identity of zeros is none`() async throws {
    device.identity.incarnation = UUIDCoding.zero
    var device = device
    let error = await #expect(throws: CallError<SyncMethods.JoinFailure>.self) { try await device.join() }
    #expect(error?.status == .invalidArgument)
  }

  @Test mutating func `a fresh credential of the same device goes on with the same replica`() async throws {
    try await device.join()
    let operations = device.number([.create(1)])
    _ = try await device.send(operations)
    var renewed = Device(hub.rpcClient("renewed"), 1)
    try await renewed.join()
    #expect(try await renewed.send(operations).words == ["applied again 1"])
  }
}

struct `Rights of devices` {
  private let hub: PersistenceFixture

  init() async throws {
    hub = try await PersistenceFixture()
    var device = Device(hub.rpcClient(), 1)
    try await device.join()
    try await device.push(.create(1, .title("a")))
  }

  private func need(_ scope: Scope, _ call: (inout Device) async throws -> Void) async -> String? {
    var device = Device(hub.rpcClient("limited", scope: scope), 2)
    do {
      try await call(&device)
      return nil
    } catch let error as CallError<SyncMethods.JoinFailure> {
      if case .noAccess(let access) = error.declared { return access.need }
    } catch let error as CallError<SyncMethods.PushFailure> {
      if case .noAccess(let access) = error.declared { return access.need }
    } catch let error as CallError<SyncMethods.PullFailure> {
      if case .noAccess(let access) = error.declared { return access.need }
    } catch {}
    return "another error"
  }

  @Test func `who may not see a space can neither join nor pull`() async throws {
    for scope in [Scope(spaces: [SpacePattern("others")], canWrite: true), Scope.nothing] {
      #expect(await need(scope) { try await $0.join() } == "read")
      #expect(await need(scope) { try await $0.pull() } == "read")
      #expect(await need(scope) { try await $0.push(.create(2)) } == "write")
    }
  }

  @Test func `who may only read pulls, and changes nothing`() async throws {
    let scope = Scope(spaces: [SpacePattern("notes")])
    #expect(await need(scope) { try await $0.push(.create(2)) } == "write")
    var reader = Device(hub.rpcClient("reader", scope: scope), 3)
    #expect(try await reader.join(Note.description(), Note.description(version: 9)).sequence == 1)
    try await reader.pull()
    #expect(reader.state(1) == .title("a"))
    // Its description is compared, and not put in force.
    let mismatch = await #expect(throws: CallError<SyncMethods.JoinFailure>.self) {
      try await reader.join(Note.description(policy: .client))
    }
    #expect(mismatch?.declared == .descriptionMismatch(DescriptionMismatch(type: "note", version: 1)))
    let described = try await hub.store.scan { transaction in
      try transaction.first("SELECT max(version) FROM entity_description") { $0.integer(0) }
    }
    #expect(described == 1)
  }

  @Test func `a token for other services has no entities`() async throws {
    let scope = Scope(spaces: [SpacePattern("*")], services: ["Persistence"], canWrite: true)
    #expect(await need(scope) { try await $0.join() } == "read")
  }

  @Test func `names that no space can have are refused`() async throws {
    for space in ["", String(repeating: "x", count: 129)] {
      var device = Device(hub.rpcClient(), 4)
      device.space = space
      let error = await #expect(throws: CallError<SyncMethods.PullFailure>.self) { try await device.pull() }
      #expect(error?.status == .invalidArgument)
    }
  }
}
