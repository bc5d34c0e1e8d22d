import HoldfastRPC
import HoldfastStore

/// What can still be read of the work that waits in a replica's damaged file.
///
///     do {
///       replica = try await Replica.open(file: file, space: "notes")
///     } catch let error as ReplicaError where error.code == .corrupt {
///       let salvaged = try await SalvagedWork.read(file)
///       // Keep the lines, move the file away, and begin with a new one, which pulls what the hub has.
///       lines = salvaged.operations.map(\.exported)
///     }
public struct SalvagedWork: Sendable {
  /// In the order of the queue, whether they were parked or not.
  public let operations: [ParkedOperation]
  /// How many places of the queue cannot be read. There may have been an operation in each, or it may have been over.
  public let unreadable: Int

  /// Reads what is there, one operation after the other, past what is damaged. Nothing is changed in the file.
  ///
  /// - Throws: `ReplicaError.corrupt` when so much is damaged that nothing is found, and `wrongFile` or `storage`.
  public static func read(_ file: String) async throws -> SalvagedWork {
    do {
      return try await WorkerPool.shared.run {
        let database = try Database(path: file, options: StoreOptions(), migrations: ReplicaSchema.migrations)
        return try SalvagedWork(try database.makeReader())
      }
    } catch let error as StoreError {
      throw ReplicaError(error)
    }
  }

  private init(_ reader: Reader) throws {
    let end = try Self.end(reader)
    var operations: [ParkedOperation] = []
    var unreadable = 0
    var position: UInt64 = 0
    while position < end {
      do {
        let next = try reader.read { transaction in
          var next: StoredOperation?
          try transaction.forEachOperation(after: position) { operation in
            next = operation
            return false
          }
          return next
        }
        guard let next else { break }
        operations.append(ParkedOperation(next))
        position = next.position
      } catch let error as StoreError where error.code == .corrupt {
        // What lies behind is found by its place.
        var found: StoredOperation?
        while found == nil, position < end {
          position += 1
          do {
            found = try reader.read { try $0.operation(at: position) }
          } catch let error as StoreError where error.code == .corrupt {
            unreadable += 1
          }
        }
        if let found { operations.append(ParkedOperation(found)) }
      }
    }
    self.operations = operations
    self.unreadable = unreadable
  }

  /// The last place of the queue that was given out.
  private static func end(_ reader: Reader) throws -> UInt64 {
    do {
      guard let head = try reader.read({ try $0.storedHeadIfAny() }) else {
        throw ReplicaError(.wrongFile, "the file holds no replica")
      }
      return head.lastPosition
    } catch let error as StoreError where error.code == .corrupt {
      return try reader.read { transaction in
        try transaction.first("SELECT MAX(position) FROM operation") { UInt64(bitPattern: $0.integer(0)) } ?? 0
      }
    }
  }
}
