import HoldfastContract
import HoldfastRPC
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a replica tells of what goes wrong: in its status, and in its file for the other processes.
struct ReplicaFailureTests {
  private static let timing = SyncTiming(
    backoff: Backoff(first: .milliseconds(1), longest: .milliseconds(20)), reconnectSpread: .zero,
    look: .seconds(30), poll: .seconds(900), pollWithoutHints: .seconds(60))
  private let directory: TemporaryDirectory
  private let transport = ModelTransport(ModelTransport.Place())
  private let full = StoreError(.full, "no space is left", engineCode: 13)

  /// An error of the program's own.
  private struct Locked: ChainedError {
    var kind: String { "keychain" }
    var summary: String { "the keychain is locked" }
    var causes: [any Error] { [Screen()] }
    struct Screen: Error, CustomStringConvertible { var description: String { "the screen is locked" } }
  }

  init() throws { directory = try TemporaryDirectory() }

  private func open() async throws -> Replica {
    try await Replica.open(file: directory.path("r"), space: "s", entities: [Note.self])
  }

  private func failure(of replica: Replica, where isMeant: (ReplicaFailure) -> Bool) async throws -> ReplicaFailure {
    for await status in replica.status { if let failure = status.lastError, isMeant(failure) { return failure } }
    throw CancellationError()
  }

  /// What another process reads out of the file.
  private func stored(until isMeant: @Sendable @escaping (ReplicaFailure?) -> Bool) async throws -> ReplicaFailure? {
    let reader = try Database(path: directory.path("r"), options: StoreOptions(), migrations: ReplicaSchema.migrations)
      .makeReader()
    while true {
      let failure = try reader.read { try $0.storedFailure() }
      if isMeant(failure) { return failure }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  // MARK: What an error is made of

  @Test func `an error is told with all that it came of, and with the status of the call`() {
    let error = CallError<Never>(.unavailable, "no connection", cause: ReplicaError(.storage, "not kept", cause: full))
    let failure = ReplicaFailure(.pushing, [error], at: 5)
    #expect(failure.status == .unavailable)
    #expect(failure.causes.map(\.kind) == ["unavailable"])
    #expect(failure.causes.first?.causes.map(\.kind) == ["storage"])
    #expect(failure.causes.first?.causes.first?.causes.map(\.kind) == ["full 13"])
    #expect(failure.description == "pushing: no connection (not kept (no space is left))")
    #expect((failure.errors.first as? CallError<Never>)?.status == .unavailable)
  }

  @Test(
    arguments: [
      (CallError<Never>(.unavailable, ""), .wait), (CallError<Never>(.unauthenticated, ""), .signIn),
      (CallError<Never>(.permissionDenied, ""), .askForAccess), (CallError<Never>(.internal, ""), .report),
      (CallError<Never>(.unavailable, "", cause: StoreError(.readOnly, "")), .allowWriting),
      (SyncTransportError(.needs(.program), cause: CallError<Never>(.failedPrecondition, "")), .updateProgram),
      (StoreError(.full, ""), .freeSpace), (StoreError(.corrupt, ""), .replaceFile),
      (StoreError(.overloaded, ""), .wait), (StoreError(.misuse, ""), .report),
      (ReplicaError(.storage, "", cause: StoreError(.cannotOpen, "")), .checkFile),
      (ReplicaError(.exists, ""), .changeRequest), (CancellationError(), .wait), (Locked(), .report),
    ] as [(any Error, Remedy)])
  func `what can be done is found from the error, or from what it came of`(_ error: any Error, _ remedy: Remedy) {
    let failure = ReplicaFailure(.pulling, [error], at: 0)
    #expect(failure.remedy == remedy, "\(error)")
    #expect(failure.isRecoverable == (remedy.party == .user))
  }

  @Test func `an endless chain of causes ends`() {
    struct Endless: ChainedError {
      var kind: String { "endless" }
      var summary: String { String(repeating: "x", count: 10_000) }
      var causes: [any Error] { Array(repeating: Endless(), count: 2) }
    }
    var cause = ReplicaFailure(.reading, [Endless()], at: 0).causes.first
    var depth = 0
    while let next = cause {
      #expect(next.message.count == Limits.failureCharacters)
      (cause, depth) = (next.causes.first, depth + 1)
    }
    #expect(depth == Limits.failureDepth)
  }

  @Test func `an error of the store keeps what it came of`() throws {
    let database = try Database(
      path: directory.path("r"), options: StoreOptions(), migrations: ReplicaSchema.migrations)
    let fresh = (UUID(), UUID())
    _ = try database.write { transaction in
      try ReplicaBook.open(space: "s", types: [], place: [1], fresh: fresh, at: 0, in: transaction)
    }
    _ = try database.write { try $0.execute("UPDATE replica SET filters = $1", [.bytes([0xff])]) }
    let error = #expect(throws: StoreError.self) { try database.makeReader().read { try $0.storedHead() } }
    #expect(error?.cause is MessageDecodingError)
    #expect(error?.description.contains("\(error?.cause ?? full)") == true)
    #expect(ReplicaError(error ?? full).causes.first.map { ($0 as? any ChainedError)?.causes.count } == 1)
  }

  // MARK: In the status

  @Test func `why the hub refuses a credential and why there is no other are both told`() async throws {
    let replica = try await open()
    let refusal = CallError<Never>(.unauthenticated, "the token has expired")
    transport.network.withLock { $0.refusal = SyncTransportError(.needs(.credential), cause: refusal) }
    var settings = SyncSettings()
    settings.network = nil
    settings.refreshCredential = { [transport] in
      if transport.network.withLock({ $0.refusal }) != nil { throw Locked() }
    }
    await replica.connect(by: transport, settings: settings, timing: Self.timing)
    let failure = try await failure(of: replica) { $0.activity == .signingIn }
    #expect(failure.causes.map(\.kind) == ["unauthenticated", "keychain"])
    #expect(failure.causes.last?.causes.map(\.message) == ["the screen is locked"])
    #expect(failure.status == .unauthenticated && failure.remedy == .signIn && failure.isRecoverable)
    #expect(failure.errors.last is Locked)
    transport.network.withLock { $0.refusal = nil }
    for await status in replica.status where status.phase == .synced && status.lastError == nil { break }
    await replica.close()
  }

  @Test func `why the replica has to be emptied and why it cannot be are both told`() async throws {
    let disk = LosingDisk(seed: 1)
    var options = StoreOptions()
    options.vfs = disk.name
    let database = try Database(path: "one", options: options, migrations: ReplicaSchema.migrations)
    let book = try database.write { transaction in
      try ReplicaBook.open(
        space: "s", types: [EntityType(of: Note.self)], place: [1], fresh: (UUID(), UUID()), at: 0, in: transaction)
    }
    let store = try Store(database, options: options)
    let replica = Replica(ReplicaCore(store, file: directory.path("one"), book: book, clock: .system))
    await replica.connect(by: transport, timing: Self.timing)
    try await replica.notes.create(Note(id: UUID(), title: "one")).outcome()
    await replica.disconnect()
    let patient = SyncTiming(
      backoff: Backoff(first: .seconds(86_400), longest: .seconds(86_400)), reconnectSpread: .zero)
    await replica.connect(by: SpoilingTransport(disk: disk), timing: patient)
    let failure = try await failure(of: replica) { $0.activity == .writing && $0.causes.count == 2 }
    #expect(failure.causes.map(\.kind) == ["failed precondition", "storage"])
    #expect(failure.errors.last is ReplicaError)
    #expect(failure.isRecoverable)
    disk.inject { $0.capacity = .max }
    await replica.connect(by: transport, timing: Self.timing)
    for await status in replica.status where status.phase == .synced && status.lastError == nil { break }
    await replica.close()
  }

  @Test func `what failed for one call is told until that call goes well, and since when it fails`() throws {
    var status = ReplicaStatus()
    let error = CallError<Never>(.permissionDenied, "read only")
    status.failed(ReplicaFailure(.pushing, [error], at: 1))
    status.succeeded([.joining, .pulling])
    status.failed(ReplicaFailure(.pushing, [error], at: 2))
    #expect(status.lastError?.since == 1)
    status.failed(ReplicaFailure(.pushing, [CallError<Never>(.internal, "")], at: 3))
    #expect(status.lastError?.since == 3)
    status.succeeded([.writing, .pushing])
    #expect(status.lastError == nil)
  }

  // MARK: In the file

  @Test func `the other processes read in the file what goes wrong, until it goes well`() async throws {
    let replica = try await open()
    let cause = ReplicaError(.storage, "not kept", cause: full)
    let refusal = CallError<Never>(.permissionDenied, "not yours", cause: cause)
    transport.network.withLock { $0.refusal = SyncTransportError(.needs(.access), cause: refusal) }
    await replica.connect(by: transport, timing: Self.timing)
    let shown = try await failure(of: replica) { $0.activity == .joining }
    let stored = try #require(try await stored { $0 != nil })
    #expect(stored == shown)
    #expect(stored.errors.isEmpty && stored.causes.first?.causes.first?.causes.first?.kind == "full 13")
    // Whoever opens it later knows as well.
    #expect(try await replica.overview().lastError == shown)
    transport.network.withLock { $0.refusal = nil }
    #expect(try await self.stored { $0 == nil } == nil)
    await replica.close()
  }

  @Test func `two causes are read back as they were, in their order`() throws {
    let database = try Database(
      path: directory.path("r"), options: StoreOptions(), migrations: ReplicaSchema.migrations)
    struct Two: ChainedError {
      let causes: [any Error]
      var kind: String { "two" }
      var summary: String { "of two" }
    }
    let deep = Two(causes: [CallError<Never>(.aborted, "a"), Two(causes: [Locked(), full])])
    let failure = ReplicaFailure(.writing, [deep, Locked(), deep], at: 7)
    try database.write { try $0.store(failure) }
    #expect(try database.makeReader().read { try $0.storedFailure() } == failure)
    try database.write { try $0.store(nil) }
    #expect(try database.makeReader().read { try $0.storedFailure() } == nil)
  }
}

/// Takes the right to the space away, and to the disk the possibility to keep that.
private struct SpoilingTransport: SyncTransport {
  let disk: LosingDisk

  private func refuse() -> SyncTransportError {
    disk.inject { $0.capacity = 0 }
    let refusal = CallError<Never>(.failedPrecondition, "not yours any longer")
    return SyncTransportError(.needs(.access), isForbidden: true, cause: refusal)
  }

  func join(_: JoinRequest) async throws(SyncTransportError) -> JoinReply { throw refuse() }
  func push(_: PushRequest) async throws(SyncTransportError) -> PushReply { throw refuse() }
  func pull(_: PullRequest) async throws(SyncTransportError) -> PullReply { throw refuse() }
  func checksum(_: ChecksumRequest) async throws(SyncTransportError) -> ChecksumReply { throw refuse() }
  func hints(
    _: HintsRequest, _: @escaping @Sendable (Hint) async -> Void
  ) async throws(SyncTransportError) { throw refuse() }
}
