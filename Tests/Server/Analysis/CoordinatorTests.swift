import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `A coordinator of workers` {
  private static let patience = Duration.seconds(3)
  private var coordinator = Coordinator(patience: patience)
  private let start = MonotonicTime(nanoseconds: 1_000)

  private func columns(_ count: Int, of run: Int64 = 1) -> [LeasedColumn] {
    (0..<count).map { LeasedColumn(run: run, number: Int64($0)) }
  }

  private func worker(_ number: UInt64) -> WorkerID { WorkerID(number: number) }

  private mutating func join(_ numbers: Range<UInt64>, slots: Int = 10, chains: Set<String> = ["sentiment"]) {
    for number in numbers { _ = coordinator.join(worker(number), chains: chains, slots: slots, now: start) }
  }

  @Test mutating func `leases columns in turn: of five, the first of four workers gets the first and the last`() {
    join(0..<4)
    let columns = columns(5)
    #expect(
      coordinator.add(columns, chain: "sentiment", of: 1) == [
        .begin(columns[0], worker(0)), .begin(columns[1], worker(1)), .begin(columns[2], worker(2)),
        .begin(columns[3], worker(3)), .begin(columns[4], worker(0)),
      ])
  }

  @Test mutating func `goes on in turn with the next run`() {
    join(0..<3)
    _ = coordinator.add(columns(2), chain: "sentiment", of: 1)
    let next = columns(2, of: 2)
    #expect(
      coordinator.add(next, chain: "sentiment", of: 1) == [.begin(next[0], worker(2)), .begin(next[1], worker(0))])
  }

  @Test mutating func `lets columns wait where nobody is, and leases them to who comes`() {
    let columns = columns(2)
    #expect(coordinator.add(columns, chain: "sentiment", of: 1).isEmpty)
    #expect(
      coordinator.join(worker(7), chains: ["sentiment"], slots: 2, now: start) == [
        .begin(columns[0], worker(7)), .begin(columns[1], worker(7)),
      ])
  }

  @Test mutating func `gives nobody more than its slots, nor a chain that it has not`() {
    join(0..<1, slots: 1)
    join(1..<2, slots: 5, chains: ["other"])
    let columns = columns(2)
    #expect(coordinator.add(columns, chain: "sentiment", of: 1) == [.begin(columns[0], worker(0))])
    #expect(coordinator.remove([columns[0]]) == [.end(columns[0], worker(0)), .begin(columns[1], worker(0))])
    #expect(coordinator.chains(for: 1) == ["sentiment", "other"])
  }

  @Test mutating func `gives a worker of one space nothing of another`() {
    _ = coordinator.join(worker(0), chains: ["sentiment"], of: 2, slots: 10, now: start)
    let columns = columns(1)
    #expect(coordinator.add(columns, chain: "sentiment", of: 1).isEmpty)
    #expect(coordinator.chains(for: 1).isEmpty)
    #expect(coordinator.chains(for: 2) == ["sentiment"])
    let others = self.columns(1, of: 2)
    #expect(coordinator.add(others, chain: "sentiment", of: 2) == [.begin(others[0], worker(0))])
  }

  @Test mutating func `moves the columns of a worker that leaves to the others`() {
    join(0..<3)
    let columns = columns(3)
    _ = coordinator.add(columns, chain: "sentiment", of: 1)
    #expect(coordinator.leave(worker(1)) == [.end(columns[1], worker(1)), .begin(columns[1], worker(0))])
    #expect(coordinator.worker(of: columns[1]) == worker(0))
  }

  @Test mutating func `takes the columns of a worker that is silent, and no sooner than it may`() {
    join(0..<2)
    let columns = columns(2)
    _ = coordinator.add(columns, chain: "sentiment", of: 1)
    _ = coordinator.noteSign(of: worker(0), now: start + .seconds(2))
    #expect(coordinator.check(now: start + .milliseconds(2_999)).isEmpty)
    #expect(
      coordinator.check(now: start + Self.patience) == [
        .end(columns[1], worker(1)), .begin(columns[1], worker(0)),
      ])
    #expect(!coordinator.isHealthy(worker(1)))
    #expect(coordinator.isHealthy(worker(0)))
    #expect(coordinator.check(now: start + Self.patience).isEmpty)
  }

  @Test mutating func `takes nothing from a worker that lives as long as the hub`() {
    _ = coordinator.join(worker(0), chains: ["sentiment"], slots: 10, givesSigns: false, now: start)
    _ = coordinator.add(columns(1), chain: "sentiment", of: 1)
    #expect(coordinator.check(now: start + .seconds(3_600)).isEmpty)
    #expect(coordinator.isHealthy(worker(0)))
  }

  @Test mutating func `gives work again to who was silent and comes back`() {
    join(0..<2)
    let columns = columns(2)
    _ = coordinator.add(columns, chain: "sentiment", of: 1)
    _ = coordinator.noteSign(of: worker(0), now: start + Self.patience)
    _ = coordinator.check(now: start + Self.patience)
    #expect(
      coordinator.noteSign(of: worker(1), now: start + .seconds(4)) == [
        .end(columns[1], worker(0)), .begin(columns[1], worker(1)),
      ])
  }

  @Test mutating func `moves columns to who joins, until the load is even`() {
    join(0..<1)
    let columns = columns(4)
    _ = coordinator.add(columns, chain: "sentiment", of: 1)
    #expect(
      coordinator.join(worker(1), chains: ["sentiment"], slots: 10, now: start) == [
        .end(columns[3], worker(0)), .begin(columns[3], worker(1)),
        .end(columns[2], worker(0)), .begin(columns[2], worker(1)),
      ])
  }

  @Test mutating func `lets another try what a worker gave up, and the same one if there is no other`() {
    join(0..<2)
    let columns = columns(1)
    _ = coordinator.add(columns, chain: "sentiment", of: 1)
    #expect(
      coordinator.giveUp(columns[0], by: worker(0)) == [.end(columns[0], worker(0)), .begin(columns[0], worker(1))])
    _ = coordinator.leave(worker(0))
    #expect(
      coordinator.giveUp(columns[0], by: worker(1)) == [.end(columns[0], worker(1)), .begin(columns[0], worker(1))])
    #expect(coordinator.giveUp(columns[0], by: worker(0)).isEmpty)
  }

  @Test mutating func `ends the leases of a run that is over`() {
    join(0..<2)
    let columns = columns(2)
    _ = coordinator.add(columns, chain: "sentiment", of: 1)
    #expect(coordinator.remove(columns) == [.end(columns[0], worker(0)), .end(columns[1], worker(1))])
    #expect(coordinator.leases(of: worker(0)) == 0)
    #expect(coordinator.remove(columns).isEmpty)
  }

  /// Whatever happens in whichever order: each column has one lease at most, what is leased is leased to who may have it,
  /// and nothing waits that somebody could take.
  @Test(arguments: 0..<50) mutating func `keeps its rules in any order of events`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var time = start
    var leases: [LeasedColumn: WorkerID] = [:]
    var here: [UInt64] = []
    var added: Set<LeasedColumn> = []
    var last: UInt64 = 0
    for _ in 0..<400 {
      time += .milliseconds(Int64.random(in: 0..<900, using: &random))
      let changes: [Coordinator.Change]
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        last += 1
        here.append(last)
        changes = coordinator.join(worker(last), chains: ["sentiment"], slots: 3, now: time)
      case 1:
        guard let gone = here.randomElement(using: &random) else { continue }
        here.removeAll { $0 == gone }
        changes = coordinator.leave(worker(gone))
      case 2:
        let new = columns(3, of: Int64.random(in: 0..<20, using: &random))
        added.formUnion(new)
        changes = coordinator.add(new, chain: "sentiment", of: 1)
      case 3:
        let gone = columns(3, of: Int64.random(in: 0..<20, using: &random))
        added.subtract(gone)
        changes = coordinator.remove(gone)
      case 4:
        changes = coordinator.check(now: time)
      case 5:
        guard let column = leases.keys.sorted().randomElement(using: &random), let owner = leases[column] else {
          continue
        }
        changes = coordinator.giveUp(column, by: owner)
      default:
        guard let one = here.randomElement(using: &random) else { continue }
        changes = coordinator.noteSign(of: worker(one), now: time)
      }
      for change in changes {
        switch change {
        case .begin(let column, let worker):
          #expect(leases.updateValue(worker, forKey: column) == nil)
          #expect(coordinator.worker(of: column) != nil)
        case .end(let column, let worker):
          #expect(leases.removeValue(forKey: column) == worker)
        }
      }
      #expect(Set(leases.keys).isSubset(of: added))
      for one in here { #expect(coordinator.leases(of: worker(one)) == leases.values.count { $0 == worker(one) }) }
      let free = here.contains { coordinator.isHealthy(worker($0)) && coordinator.leases(of: worker($0)) < 3 }
      #expect(!free || leases.count == added.count)
    }
  }
}
