import HoldfastContract
import HoldfastServer
import HoldfastStore
import HoldfastSync
import HoldfastTesting

@testable import HoldfastSDK

/// A hub that a device of a test calls step by step.
protocol SteppedHub {
  var sequence: UInt64 { get }
  /// Microseconds since 1970.
  var now: Int64 { get set }

  mutating func join(_ request: JoinRequest) throws -> JoinReply
  /// - Throws: `JoinFirst`.
  mutating func push(_ request: PushRequest) throws -> PushReply
  mutating func pull(_ request: PullRequest) throws -> PullReply
}

/// The replica has not joined since the hub's history began.
struct JoinFirst: Error {}

/// Production's hub, without threads and network.
struct DeskHub: SteppedHub {
  private(set) var sequence: UInt64 = 0
  var now: Int64 = 1_000_000
  private let desk = SyncDesk(epoch: [1], quotaBytes: 1 << 30, quotaValues: 1 << 20)
  private let disk = LosingDisk(seed: 1)
  private let database: Database

  init() throws {
    var options = StoreOptions()
    options.vfs = disk.name
    database = try Database(path: "hub", options: options, migrations: Schema.migrations)
  }

  mutating func join(_ request: JoinRequest) throws -> JoinReply {
    try database.write { [desk, now] in try desk.join(request, by: "test", at: now, $0) }
  }

  mutating func push(_ request: PushRequest) throws -> PushReply {
    let reply = try database.write { [desk, now] in try desk.push(request, by: "test", at: now, $0) }
    sequence = reply.sequence
    return reply
  }

  mutating func pull(_ request: PullRequest) throws -> PullReply {
    let filters = try FilterSet(request.filters)
    return try database.write { [desk, now] in try desk.pull(request, filters, at: now, $0) }
  }

  func state(_ entity: EntityRef) throws -> [UInt8]? {
    try database.write { [desk] transaction in
      let page = try desk.pull(PullRequest(space: "notes"), FilterSet(), at: 0, transaction)
      return page.entities.first { $0.type == entity.type && $0.key == entity.key && !$0.isDeleted }?.state
    }
  }
}
