import HoldfastContract

@testable import HoldfastSync

extension SeededGenerator {
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  /// One of a few words, so that two notes often agree.
  mutating func word() -> String { ["", "a", "b", "cc", "é", "e\u{301}"].randomElement(using: &self) ?? "" }

  mutating func words(_ field: UInt32) -> [UInt8] {
    (0..<Int.random(in: 0...4, using: &self)).flatMap { _ in text(field, word()) }
  }

  /// A note with some of its fields, in canonical form.
  mutating func note(_ shape: EntityShape) throws -> EntityFields {
    var fields = EntityFields()
    let values: [(UInt32, [UInt8])] = [
      (Note.title, text(Note.title, word())), (Note.body, text(Note.body, word())),
      (Note.likes, number(Note.likes, UInt64.random(in: 1...(.max), using: &self))), (Note.tags, words(Note.tags)),
      (Note.isRead, number(Note.isRead, 1)), (Note.log, words(Note.log)), (Note.owner, text(Note.owner, word())),
      (Note.folder, [66, 16] + (0..<16).map { _ in UInt8.random(in: 0...3, using: &self) }),
      (Note.score, number(Note.score, UInt64.random(in: 1...9, using: &self))),
      (Note.marks, packed(Note.marks, .random(in: 0...300, using: &self), .random(in: 0...300, using: &self))),
      (Note.drawing, [90, 2, 8, 1]), (12, number(12, 5)),
    ]
    for (field, bytes) in values where chance(60) {
      let change = FieldChange.assign(field, bytes)
      let checked = try shape.checked(Note.operation(1, .update, change))
      try fields.apply(checked.changes, shape: shape)
    }
    return fields
  }

  mutating func bytes(upTo count: Int) -> [UInt8] {
    (0..<Int.random(in: 0...count, using: &self)).map { _ in
      // Low numbers make tags and lengths that fit more often.
      chance(70) ? UInt8.random(in: 0...40, using: &self) : UInt8.random(in: 0...255, using: &self)
    }
  }
}
