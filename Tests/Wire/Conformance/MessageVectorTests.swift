import Foundation
import HoldfastWire
import TestSupport
import Testing

/// Protocol/Vectors/messages.jsonl: the bytes of messages of conformance.rpc, for every language.
@Suite struct MessageVectorTests {
  private struct Vector: Decodable {
    let name: String
    let message: String
    let bytes: String
    let canonical: String?
    let refused: String?

    var sample: Sample {
      Sample(name: String(message.dropFirst("conformance.".count)), bytes: [UInt8](hexadecimal: bytes[...]))
    }
  }

  private func load() throws -> [Vector] {
    try String(contentsOfFile: Repository.path("Protocol/Vectors/messages.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONDecoder().decode(Vector.self, from: Data($0.utf8)) }
  }

  @Test func `every message is written as its vector says, and what is refused is refused by its code`() throws {
    let vectors = try load()
    #expect(vectors.count > 40)
    for vector in vectors {
      do throws(MessageDecodingError) {
        let written = try Conformance.echo(vector.sample)
        #expect(vector.refused == nil, "\(vector.name)")
        #expect(written == [UInt8](hexadecimal: (vector.canonical ?? vector.bytes)[...]), "\(vector.name)")
      } catch {
        #expect(error.code.description == vector.refused, "\(vector.name): \(error)")
      }
    }
  }

  @Test func `protobuf reads the vectors' values from their bytes`() throws {
    let result = try Protobuf.run(["vectors", Repository.path("Protocol/Vectors/messages.jsonl")])
    #expect(result.status == 0, "\(result.output.joined(separator: "\n"))")
  }

  @Test func `values have the bytes that the vectors say`() throws {
    let expected: [String: any Message] = [
      "a negative int32 has ten bytes": Plain(int32: -1),
      "sint32 in zigzag": Plain(sint32: -2),
      "numbers of fixed width": Plain(fixed32: 1, fixed64: 2, sfixed32: -1, sfixed64: -2),
      "text is UTF-8": Plain(text: "größer 漢字 😀"),
      "a timestamp before 1970": Plain(moment: Timestamp(seconds: -1, nanoseconds: 250_000_000)),
      "a negative duration": Plain(span: .milliseconds(-1_500)),
      "an enum's number without a name": Plain(colour: Colour(rawValue: 7)),
      "zero with presence": Optionals(flag: false, int32: 0, text: "", plain: Plain()),
      "packed lists": Lists(flag: [true, false], int32: [1, -1, 300], twofold: [0.5]),
      "a set ascends": Sets(int32: [5, 0, -3], text: ["ä", "a", "Z"]),
      "keys of a map ascend by their bytes": Maps(texts: ["a": "", "ä": "2", "Z": "1", "": "x"]),
      "a member of a union is written though it is zero": Choice.number(0),
    ]
    let vectors = try load().filter { expected[$0.name] != nil }
    #expect(vectors.count == expected.count)
    for vector in vectors { #expect(expected[vector.name]?.encoded() == vector.sample.bytes, "\(vector.name)") }
  }
}
