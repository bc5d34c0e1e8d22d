import HoldfastRPC
import HoldfastStore
import HoldfastSync

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Replicas for those who have no entity types of their own, and know those of others by the descriptions in the file.
extension Replica {
  /// Opens a replica that some program has made, with the types that programs have registered in it.
  ///
  /// - Throws: `ReplicaError.missing` when there is no file, `wrongFile` when it holds no replica.
  package static func open(existing file: String) async throws -> Replica {
    var status = stat()
    guard stat(file, &status) == 0 else {
      throw ReplicaError(.missing, "there is no replica \(file)")
    }
    guard status.st_size > 0 else { throw ReplicaError(.wrongFile, "\(file) is empty, and no replica") }
    let clock = DeviceClock.system
    let now = clock.wall()
    do {
      return try await WorkerPool.shared.run {
        let place = try FilePlace.prepare(file)
        let options = StoreOptions()
        let database = try Database(path: file, options: options, migrations: ReplicaSchema.migrations)
        let fresh = (device: UUID(), incarnation: UUID())
        let book = try database.write { transaction in
          guard let head = try transaction.storedHeadIfAny() else {
            throw ReplicaError(.wrongFile, "\(file) holds no replica")
          }
          let types = try ReplicaBook().descriptions(in: transaction).map { EntityType($0) }
          return try ReplicaBook.open(
            space: head.space, types: types, place: place, fresh: fresh, at: now, in: transaction)
        }
        return Replica(ReplicaCore(try Store(database, options: options), file: file, book: book, clock: clock))
      }
    } catch let error as StoreError {
      throw ReplicaError(error)
    }
  }
}
