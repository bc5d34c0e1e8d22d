import HoldfastContract
import HoldfastSync
import HoldfastWire

/// What the engine does beside syncing.
extension SyncEngine {
  // MARK: Comparing

  /// Whether the hub and the replica hold the same; if not, everything is pulled anew. nil when that cannot be told now.
  ///
  /// - Throws: `corrupt` when the file is damaged somewhere, whether that is read otherwise or not.
  func verify() async throws -> Bool? {
    let request = try await core.read { book, transaction in
      try transaction.checkFile()
      return try book.checksumRequest(in: transaction)
    }
    let reply: ChecksumReply
    do {
      reply = try await transport.checksum(request)
    } catch {
      throw ReplicaError(.notPossible, "the hub cannot be asked now", cause: error.cause)
    }
    let comparison = try await core.write { book, transaction in
      (try book.verify(reply, to: request, in: transaction), ReplicaBook.Touched())
    }
    switch comparison {
    case .equal: return true
    case .notComparable: return nil
    case .different:
      refresh()
      return false
    }
  }

  // MARK: Looking after

  func lookAfter() async {
    guard now >= nextUpkeep else { return }
    nextUpkeep = now + settings.upkeep
    do { try await core.lookAfter(settings.limits) } catch { failed(.writing, [error]) }
  }

  /// The replica may no longer see the space, the hub has said.
  func forget(_ refusal: SyncTransportError) async {
    do {
      try await core.write { book, transaction in ((), try book.forgetEverything(in: transaction)) }
      // What the machine knows of the cursor is over: when the replica may see the space again, it has nothing of it.
      refresh()
    } catch {
      failed(.writing, [refusal, error])
    }
  }
}
