import HoldfastRPC
import HoldfastWire

/// The service, in memory.
final class Notebook: NotesService {
  static let limit = 3
  private let notes = Lock([Note]())

  func save(_ request: Note, context: CallContext) async throws -> Receipt { try store(request) }

  func find(_ request: Query, replies: ReplyWriter<Note>, context: CallContext) async throws {
    for note in notes.withLock({ $0 }) where note.tags.contains(request.tag) { try await replies.send(note) }
  }

  func fill(_ requests: RequestStream<Note>, context: CallContext) async throws -> Receipt {
    var receipt = Receipt()
    for try await note in requests { receipt = try store(note) }
    return receipt
  }

  func consult(_ requests: RequestStream<Query>, replies: ReplyWriter<Note>, context: CallContext) async throws {
    for try await query in requests { try await find(query, replies: replies, context: context) }
  }

  private func store(_ note: Note) throws -> Receipt {
    try notes.withLock { notes in
      guard notes.count < Self.limit else { throw Full(limit: UInt32(Self.limit)) }
      notes.append(note)
      return Receipt(count: UInt32(notes.count))
    }
  }
}
