/// A cache without values, to see what an order of leaving would have kept.
struct SimulatedCache {
  private var queues: Queues
  /// Where entries are by hash: open addressing, zero is empty. Of two keys with one hash it sees one.
  private var index: [NodeID]

  init(capacity: Int, order: Queues.Order) {
    queues = Queues(capacity: capacity, order: order)
    index = Array(repeating: 0, count: Limits.restingSlots)
  }

  var count: Int { queues.count }

  /// Somebody asked for the key, and it weighs so much. Returns whether it was there; it is afterwards.
  mutating func ask(for hash: UInt64, weight: Int, _ sketch: borrowing Sketch) -> Bool {
    let slot = slot(of: hash)
    let found = index[slot]
    if found != 0 {
      queues.touch(found)
      if queues.nodes[Int(found)].weight != weight { queues.setWeight(weight, of: found) }
    } else {
      index[slot] = queues.add(hash: hash, weight: weight)
      if queues.count * 4 > index.count * 3 { rebuild() }
    }
    makeRoom(sketch)
    return found != 0
  }

  /// Keeps only keys that `isWanted` accepts by their hash, within another capacity.
  mutating func thin(toCapacity capacity: Int, _ sketch: borrowing Sketch, where isWanted: (UInt64) -> Bool) {
    for id in index where id != 0 && !isWanted(queues.nodes[Int(id)].hash) { queues.remove(id) }
    queues.setCapacity(capacity)
    index = index.map { $0 != 0 && queues.nodes[Int($0)].weight > 0 ? $0 : 0 }
    rebuild()
    makeRoom(sketch)
  }

  private mutating func makeRoom(_ sketch: borrowing Sketch) {
    while let id = queues.nextToLeave(sketch) {
      empty(slot(of: queues.nodes[Int(id)].hash))
      queues.remove(id)
    }
  }

  // MARK: Index

  private func home(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (index.count - 1) }

  /// The slot that has the key, or the empty one where it would be.
  private func slot(of hash: UInt64) -> Int {
    var slot = home(of: hash)
    while index[slot] != 0, queues.nodes[Int(index[slot])].hash != hash { slot = (slot + 1) & (index.count - 1) }
    return slot
  }

  /// Empties a slot and moves up what had to go past it.
  private mutating func empty(_ start: Int) {
    let mask = index.count - 1
    var hole = start
    var slot = start
    while true {
      slot = (slot + 1) & mask
      guard index[slot] != 0 else { break }
      let distance = (slot - home(of: queues.nodes[Int(index[slot])].hash)) & mask
      guard distance >= (slot - hole) & mask else { continue }
      index[hole] = index[slot]
      hole = slot
    }
    index[hole] = 0
  }

  private mutating func rebuild() {
    let ids = index.filter { $0 != 0 }
    var size = Limits.restingSlots
    while ids.count * 2 > size { size *= 2 }
    index = Array(repeating: 0, count: size)
    for id in ids { index[slot(of: queues.nodes[Int(id)].hash)] = id }
  }
}
