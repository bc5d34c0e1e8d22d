import FoundationEssentials
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastSync
import HoldfastWire

@testable import HoldfastServer

/// A device's end of the calls: numbers its operations, and keeps what it has been told.
struct Device {
  struct Name: Hashable {
    let type: String
    let key: [UInt8]
  }

  let sync: SyncClient
  var identity: ReplicaIdentity
  var space = "notes"
  var filters: [EntityFilter] = []
  var epoch: [UInt8] = []
  var cursor: [UInt8] = []
  private(set) var entities: [Name: EntityState] = [:]
  /// What it held when a pass from the start began and this has not mentioned yet.
  private var doubtful: Set<Name> = []
  private(set) var number: UInt64 = 0
  private(set) var restarts = 0
  private(set) var removals = 0

  /// A device that has not joined yet.
  init(_ client: RPCClient, _ number: UInt8 = 1, incarnation: UInt8 = 1) {
    sync = SyncClient(client)
    identity = ReplicaIdentity(
      device: UUID(uuid: (number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
      incarnation: UUID(uuid: (number, incarnation, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2)))
  }

  @discardableResult
  mutating func join(_ descriptions: EntityDescription...) async throws -> JoinReply {
    let entities = descriptions.isEmpty ? [Note.description()] : descriptions
    let reply = try await sync.join(
      JoinRequest(space: space, replica: identity, entities: entities, epoch: epoch))
    epoch = reply.epoch
    return reply
  }

  /// Gives operations their numbers.
  mutating func number(_ operations: [EntityOperation]) -> [EntityOperation] {
    operations.map { operation in
      number += 1
      var operation = operation
      operation.number = number
      return operation
    }
  }

  /// Sends new operations.
  @discardableResult
  mutating func push(_ operations: EntityOperation..., confirmed: UInt64 = 0) async throws -> [Outcome] {
    try await send(number(operations), confirmed: confirmed)
  }

  /// Sends operations that have their numbers.
  func send(_ operations: [EntityOperation], confirmed: UInt64 = 0) async throws -> [Outcome] {
    try await sync.push(
      PushRequest(space: space, replica: identity, operations: operations, confirmed: confirmed, epoch: epoch)
    ).outcomes
  }

  /// Takes one page.
  @discardableResult
  mutating func pullPage(limit: UInt32 = 0) async throws -> PullReply {
    let reply = try await sync.pull(PullRequest(space: space, cursor: cursor, filters: filters, limit: limit))
    if reply.restart {
      restarts += 1
      doubtful = Set(entities.keys)
    }
    for entity in reply.entities {
      let name = Name(type: entity.type, key: entity.key)
      doubtful.remove(name)
      if entity.isRemoved { removals += 1 }
      entities[name] = entity.isDeleted || entity.isRemoved ? nil : entity
    }
    cursor = reply.cursor
    if !reply.more {
      for name in doubtful { entities[name] = nil }
      doubtful = []
    }
    return reply
  }

  /// Takes pages until there are no more.
  /// - Returns: how many.
  @discardableResult
  mutating func pull(limit: UInt32 = 0) async throws -> Int {
    var pages = 1
    while try await pullPage(limit: limit).more { pages += 1 }
    return pages
  }

  func state(_ key: UInt8, type: String = "note") -> [UInt8]? { entities[Name(type: type, key: Note.key(key))]?.state }

  func version(_ key: UInt8) -> UInt64? { entities[Name(type: "note", key: Note.key(key))]?.version }

  /// Whether it holds what the hub has, within its filters.
  func agrees() async throws -> Bool {
    var sum = Checksum()
    for (name, entity) in entities {
      sum.add(type: name.type, key: name.key, version: entity.version, state: entity.state)
    }
    let hub = try await sync.checksum(ChecksumRequest(space: space, filters: filters))
    return hub.entities == sum.entities && hub.checksum == sum.bytes
  }
}

extension Outcome {
  /// The outcome in a few words.
  var words: String {
    ([String(describing: kind)] + (isReplay ? ["again"] : []) + (version == 0 ? [] : ["\(version)"])
      + (state == nil ? [] : ["news"]) + (fields.isEmpty ? [] : ["fields \(fields)"])).joined(separator: " ")
  }
}

extension [Outcome] {
  var words: [String] { map(\.words) }
}
