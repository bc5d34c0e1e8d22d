package import HoldfastContract

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Whom entities are about, as their types declare.
extension EntityShape {
  /// The name of whom an entity is about: a text as it is, a uuid as people write it; nil when it is about nobody.
  package func subject(of fields: EntityFields) throws(SyncError) -> String? {
    try subject(named: fields[description.subject])
  }

  /// The same for those whom an operation makes its entity be about.
  package func subjects(of operation: EntityOperation) throws(SyncError) -> [String] {
    var subjects: [String] = []
    for change in operation.changes where change.field == description.subject && change.kind == .assign {
      if let subject = try subject(named: change.after) { subjects.append(subject) }
    }
    return subjects
  }

  private func subject(named bytes: [UInt8]) throws(SyncError) -> String? {
    guard description.subject != 0, let payload = try payload(of: bytes), !payload.isEmpty else { return nil }
    let field = description.fields.first { $0.number == description.subject }
    guard field?.kind == .uuid else { return String(decoding: payload, as: UTF8.self) }
    guard payload.count == 16 else {
      throw SyncError(.malformed, "\(type): a field that names a parent or a subject is malformed")
    }
    return payload.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }.uuidString
  }
}
