import Foundation
import GRDB
import GRPCCore

/// Echo, put, get and a stream, written as a user of gRPC Swift and GRDB would.
struct PeerService: Peers_Peer.SimpleServiceProtocol {
  let values: Values

  func echo(request: Peers_Payload, context: ServerContext) async throws -> Peers_Payload {
    request
  }

  func put(request: Peers_PutRequest, context: ServerContext) async throws -> Peers_PutReply {
    let version = try await values.put(request.value, for: request.key)
    return Peers_PutReply.with { $0.version = version }
  }

  func get(request: Peers_GetRequest, context: ServerContext) async throws -> Peers_GetReply {
    guard let (value, version) = try await values.get(request.key) else {
      throw RPCError(code: .notFound, message: "There is no value for this key.")
    }
    return Peers_GetReply.with {
      $0.value = value
      $0.version = version
    }
  }

  func stream(
    request: Peers_StreamRequest, response: RPCWriter<Peers_Payload>, context: ServerContext
  ) async throws {
    let item = Peers_Payload.with { $0.content = payload(of: Int(request.size)) }
    while !context.cancellation.isCancelled {
      try await response.write(item)
    }
  }
}

/// Values in SQLite by GRDB: a transaction for each put, durable when it returns.
struct Values: Sendable {
  private let pool: DatabasePool

  init(path: String) throws {
    pool = try DatabasePool(path: path)
    // A pool sets NORMAL when it opens, which is not durable in WAL mode: set FULL after, and look.
    let synchronous = try pool.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
      return try Int.fetchOne(database, sql: "PRAGMA synchronous")
    }
    guard synchronous == 2 else { throw PeerError("synchronous is not FULL") }
    try pool.write { database in
      try database.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS value (
            id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, content BLOB NOT NULL)
          """)
    }
  }

  func put(_ content: Data, for key: String) async throws -> Int64 {
    try await pool.write { database in
      let statement = try database.cachedStatement(
        sql: """
          INSERT INTO value (key, version, content) VALUES (?, 1, ?)
          ON CONFLICT (key) DO UPDATE SET version = version + 1, content = excluded.content
          RETURNING version
          """)
      return try Int64.fetchOne(statement, arguments: [key, content]) ?? 0
    }
  }

  func get(_ key: String) async throws -> (Data, Int64)? {
    try await pool.read { database in
      let statement = try database.cachedStatement(sql: "SELECT content, version FROM value WHERE key = ?")
      guard let row = try Row.fetchOne(statement, arguments: [key]) else { return nil }
      return (row[0], row[1])
    }
  }
}

struct PeerError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// The letters a to z, over and over.
func payload(of size: Int) -> Data {
  Data((0..<size).map { UInt8(ascii: "a") + UInt8($0 % 26) })
}
