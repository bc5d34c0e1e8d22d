/// The values that occur most often, in memory that does not grow: Misra and Gries' counters, which are Space-Saving's
/// seen from below. When all counters are taken, each loses what the middle one has, and those that have nothing left
/// are free again.
///
/// A count is never too high, and too low by at most `error`; every value that occurs more often than that is here.
/// Merged parts keep that promise. Values are told by their hashes; the text is kept from the second time on that a
/// value is seen (from the first while there is room), so that columns in which all differ copy nothing.
struct FrequentValues: Sendable, Equatable {
  /// Values that are counted at once.
  let room: Int
  /// What a count may be too low by.
  private(set) var error = 0
  /// The hashes, in a table of open addressing with 0 for "nothing here".
  private var hashes: [UInt64] = []
  private var counts: [Int] = []
  private var texts: [UInt64: [UInt8]] = [:]
  private var used = 0

  init(room: Int) { self.room = room }

  /// A value, its count and its first bytes, where they were kept.
  struct Entry: Sendable, Equatable {
    var hash: UInt64
    var count: Int
    var text: [UInt8]?
  }

  /// All that are counted, the most frequent first; of equal counts the one with the lower hash.
  var entries: [Entry] {
    hashes.indices.lazy.filter { hashes[$0] != 0 }
      .map { Entry(hash: hashes[$0], count: counts[$0], text: texts[hashes[$0]]) }
      .sorted { ($1.count, $0.hash) < ($0.count, $1.hash) }
  }

  /// How many values are counted.
  var entryCount: Int { used }

  /// Takes in values; `hashes` has one for each field.
  mutating func add(_ fields: UnsafeBufferPointer<FieldSlice>, _ added: UnsafeBufferPointer<UInt64>) {
    if hashes.isEmpty { makeTable(places: 32) }
    var place = 0
    while place < added.count {
      // Runs until a new value finds no room.
      place = fill(fields, added, from: place)
      guard place < added.count else { return }
      if used < room {
        rebuild(places: hashes.count * 2, losing: 0)
      } else {
        purge()
      }
    }
  }

  mutating func merge(_ other: FrequentValues) {
    error.addSaturating(other.error)
    for entry in other.entries { insert(entry) }
    guard used > room else { return }
    // The greatest count that finds no counter is what each may be too low by now.
    let loss = entries[room].count
    error.addSaturating(loss)
    rebuild(places: hashes.count, losing: loss)
  }

  /// Counts from `start` on; the place of the first value for which there is no counter, or the end.
  private mutating func fill(
    _ fields: UnsafeBufferPointer<FieldSlice>, _ added: UnsafeBufferPointer<UInt64>, from start: Int
  ) -> Int {
    var (hashes, counts, used) = (hashes, counts, used)
    self.hashes = []
    self.counts = []
    defer {
      self.hashes = hashes
      self.counts = counts
      self.used = used
    }
    let mask = hashes.count - 1
    let most = min(room, hashes.count / 2)
    let keepsFirst = error == 0
    return hashes.withUnsafeMutableBufferPointer { hashes in
      counts.withUnsafeMutableBufferPointer { counts in
        for index in start..<added.count {
          let hash = max(added[index], 1)
          var place = Int(truncatingIfNeeded: hash) & mask
          while hashes[place] != 0, hashes[place] != hash { place = (place + 1) & mask }
          if hashes[place] == 0 {
            if used == most { return index }
            hashes[place] = hash
            counts[place] = 1
            used += 1
            if keepsFirst { texts[hash] = fields[index].beginning }
          } else {
            counts[place] += 1
            if counts[place] == 2, texts[hash] == nil { texts[hash] = fields[index].beginning }
          }
        }
        return added.count
      }
    }
  }

  /// Takes from each counter what the middle one has.
  private mutating func purge() {
    var ones = 0
    for place in 0..<hashes.count where hashes[place] != 0 && counts[place] <= 1 { ones += 1 }
    var loss = 1
    if ones * 2 < used {
      let sorted = hashes.indices.filter { hashes[$0] != 0 }.map { counts[$0] }.sorted()
      loss = sorted[sorted.count / 2]
    }
    error.addSaturating(loss)
    rebuild(places: hashes.count, losing: loss)
  }

  private mutating func rebuild(places: Int, losing loss: Int) {
    let (oldHashes, oldCounts) = (hashes, counts)
    makeTable(places: places)
    for place in 0..<oldHashes.count where oldHashes[place] != 0 {
      if oldCounts[place] > loss {
        add(oldHashes[place], count: oldCounts[place] - loss)
      } else if !texts.isEmpty {
        texts[oldHashes[place]] = nil
      }
    }
  }

  private mutating func makeTable(places: Int) {
    hashes = [UInt64](repeating: 0, count: places)
    counts = [Int](repeating: 0, count: places)
    used = 0
  }

  private mutating func insert(_ entry: Entry) {
    if used * 2 >= hashes.count { rebuild(places: max(32, hashes.count * 2), losing: 0) }
    add(entry.hash, count: entry.count)
    if texts[entry.hash] == nil { texts[entry.hash] = entry.text }
  }

  /// Counts a value, for which there is room in the table.
  private mutating func add(_ hash: UInt64, count: Int) {
    let mask = hashes.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while hashes[place] != 0, hashes[place] != hash { place = (place + 1) & mask }
    if hashes[place] == 0 {
      hashes[place] = hash
      counts[place] = count
      used += 1
    } else {
      counts[place].addSaturating(count)
    }
  }

  static func == (first: Self, second: Self) -> Bool {
    first.room == second.room && first.error == second.error && first.entries == second.entries
  }
}

extension FrequentValues: Codable {
  private enum CodingKeys: CodingKey {
    case room, error, hashes, counts, texts
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let entries = entries
    try container.encode(room, forKey: .room)
    try container.encode(error, forKey: .error)
    try container.encode(PackedArray(entries.map(\.hash)), forKey: .hashes)
    try container.encode(PackedArray(entries.map(\.count)), forKey: .counts)
    try container.encode(entries.map { $0.text.map { PackedArray($0) } }, forKey: .texts)
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    room = try container.decode(Int.self, forKey: .room)
    error = try container.decode(Int.self, forKey: .error)
    let hashes = try container.decode(PackedArray<UInt64>.self, forKey: .hashes).elements
    let counts = try container.decode(PackedArray<Int>.self, forKey: .counts).elements
    let texts = try container.decode([PackedArray<UInt8>?].self, forKey: .texts)
    guard Limits.frequentRooms.contains(room), error >= 0, hashes.count <= room, counts.count == hashes.count,
      texts.count == hashes.count, counts.allSatisfy({ $0 > 0 }), hashes.allSatisfy({ $0 != 0 }),
      texts.allSatisfy({ ($0?.elements.count ?? 0) <= Limits.keptTextBytes })
    else {
      throw DecodingError.dataCorruptedError(forKey: .counts, in: container, debugDescription: "these are no counts")
    }
    for index in hashes.indices {
      insert(Entry(hash: hashes[index], count: counts[index], text: texts[index]?.elements))
    }
  }
}
