/// Some values, each row with the same chance: those of the rows with the lowest tickets, and a row's ticket comes of
/// its number in the file and a seed. So the same file has the same samples, whether it was read at once or in parts,
/// and the samples of two columns are of the same rows, but for nulls.
struct SampleReservoir: Sendable, Equatable {
  let room: Int
  private(set) var samples: [Sample] = []
  /// Of the highest ticket that is kept; everything is, while there is room.
  private(set) var threshold = UInt64.max

  struct Sample: Sendable, Equatable, Codable {
    var ticket: UInt64
    var row: Int
    var text: PackedArray<UInt8>
  }

  init(room: Int) { self.room = room }

  /// A row's ticket.
  @inline(__always)
  static func ticket(ofRow row: Int) -> UInt64 {
    let seed: UInt64 = 0x486F_6C64_6661_7374
    return ValueHash.fold(
      UInt64(truncatingIfNeeded: row) ^ seed, 0xE703_7ED1_A0B4_28DB ^ UInt64(truncatingIfNeeded: row))
  }

  mutating func add(_ field: FieldSlice, row: Int, ticket: UInt64) {
    guard ticket < threshold else { return }
    insert(Sample(ticket: ticket, row: row, text: PackedArray(field.beginning)))
  }

  mutating func merge(_ other: SampleReservoir) {
    for sample in other.samples where sample.ticket < threshold { insert(sample) }
  }

  private mutating func insert(_ sample: Sample) {
    let place = samples.firstIndex { $0.ticket > sample.ticket } ?? samples.count
    samples.insert(sample, at: place)
    if samples.count > room { samples.removeLast() }
    if samples.count == room, let last = samples.last { threshold = last.ticket }
  }
}

extension SampleReservoir: Codable {
  private enum CodingKeys: CodingKey {
    case room, samples
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(room: try container.decode(Int.self, forKey: .room))
    let samples = try container.decode([Sample].self, forKey: .samples)
    guard Limits.sampleRooms.contains(room), samples.count <= room,
      samples.allSatisfy({ $0.text.elements.count <= Limits.keptTextBytes && $0.row >= 0 })
    else {
      throw DecodingError.dataCorruptedError(forKey: .samples, in: container, debugDescription: "these are no samples")
    }
    for sample in samples { insert(sample) }
  }
}
