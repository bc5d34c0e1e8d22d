import Foundation
import HoldfastWire
import SwiftProtobuf

/// Encodes and decodes one message of 190 bytes with HoldfastWire and with swift-protobuf, in turns, and prints the
/// medians as JSON, in nanoseconds of processor time. Fails when the two do not agree on every byte.
@main
struct Main {
  static func main() throws {
    let rounds = CommandLine.arguments.contains("--quick") ? 7 : 21
    let ours = note()
    let bytes = ours.encoded()
    let theirs = try Codec_Note(serializedBytes: bytes)
    var canonical = BinaryEncodingOptions()
    canonical.useDeterministicOrdering = true
    guard
      try theirs.serializedBytes(options: canonical) as [UInt8] == bytes,
      try Note(decoding: bytes) == ours
    else { fatalError("the two codecs disagree") }

    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { buffer.deallocate() }
    var runs: [[Double]] = [[], [], [], [], [], []]
    for _ in 0..<rounds {
      runs[0].append(measure { ours.encoded().count })
      runs[1].append(
        measure {
          let size = ours.encodedSize
          ours.encode(into: buffer)
          return size
        })
      runs[2].append(try measure { (try theirs.serializedBytes(options: canonical) as [UInt8]).count })
      runs[3].append(try measure { (try theirs.serializedBytes() as [UInt8]).count })
      runs[4].append(try measure { try Note(decoding: bytes).title.utf8.count })
      runs[5].append(try measure { try Codec_Note(serializedBytes: bytes).title.utf8.count })
    }
    let names = [
      "encode_ns", "encode_into_buffer_ns", "protobuf_encode_canonical_ns", "protobuf_encode_ns", "decode_ns",
      "protobuf_decode_ns",
    ]
    let fields = zip(names, runs).map { name, run in
      "\"\(name)\":\((run.sorted()[run.count / 2] * 10).rounded() / 10)"
    }
    print("{\"op\":\"codec\",\"bytes\":\(bytes.count),\(fields.joined(separator: ","))}")
  }

  /// Nanoseconds of this thread's processor time for one call of `body`, which other programs hardly change. The sum
  /// keeps the optimiser from dropping what nobody reads.
  @inline(never)
  static func measure(_ body: () throws -> Int) rethrows -> Double {
    let calls = 20_000
    var sum = 0
    let start = processorTime()
    for _ in 0..<calls { sum &+= try body() }
    let took = processorTime() - start
    precondition(sum > 0)
    return took / Double(calls)
  }

  /// Nanoseconds that this thread has run.
  static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }

  static func note() -> Note {
    Note(
      id: UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
      title: "Groceries for the weekend",
      body: "Bread, 6 lemons, coffee; ask Émile about Sunday.",
      tags: ["home", "shopping"],
      due: Timestamp(seconds: 1_789_000_000, nanoseconds: 5_000_000),
      extra: ["colour": "green", "list": "weekly"],
      likes: 12,
      read: true,
      score: 0.75,
      author: Author(name: "Marie", device: 7),
      marks: [1, 200, 40_000])
  }
}
