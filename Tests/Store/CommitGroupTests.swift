import HoldfastStore
import HoldfastTesting
import Testing

@Suite struct CommitGroupTests {
  private typealias Job = (borrowing WriteTransaction) throws -> Int
  private let disk = LosingDisk(seed: 2)

  private func store(_ number: Int, thenThrow fails: Bool = false) -> Job {
    { transaction in
      try transaction.note(number)
      if fails { throw Refusal() }
      return number
    }
  }

  private func succeeded(_ outcomes: [Result<Int, any Error>]) -> [Bool] {
    outcomes.map { if case .success = $0 { true } else { false } }
  }

  @Test(arguments: 0..<4)
  func `a job that throws undoes only itself, wherever it stands`(place: Int) throws {
    let database = try disk.openDatabase()
    let outcomes = database.write(group: (0..<4).map { store($0, thenThrow: $0 == place) })
    #expect(succeeded(outcomes) == (0..<4).map { $0 != place })
    #expect(throws: Refusal.self) { try outcomes[place].get() }
    #expect(try database.write { try $0.numbers() } == (0..<4).filter { $0 != place })
  }

  @Test func `a job that throws before it has written costs the others nothing`() throws {
    let database = try disk.openDatabase()
    var runs = 0
    let counted: Job = { transaction in
      runs += 1
      try transaction.note(1)
      return 1
    }
    let reading: Job = { transaction in
      _ = try transaction.numbers()
      throw Refusal()
    }
    #expect(succeeded(database.write(group: [counted, reading, store(2)])) == [true, false, true])
    #expect(runs == 1)
    #expect(try database.write { try $0.numbers() } == [1, 2])
  }

  @Test func `a job that throws after it has written makes the others run again, and the next groups run carefully`()
    throws
  {
    let database = try disk.openDatabase()
    var runs = 0
    let counted: Job = { transaction in
      runs += 1
      try transaction.note(runs)
      return runs
    }
    let first = database.write(group: [counted, store(10, thenThrow: true), store(11)])
    #expect(try first[0].get() == 2)
    #expect(try database.write { try $0.numbers() } == [2, 11])
    let second = database.write(group: [counted, store(20, thenThrow: true), store(21)])
    #expect(try second[0].get() == 3)
    #expect(succeeded(second) == [true, false, true])
    #expect(try database.write { try $0.numbers() } == [2, 3, 11, 21])
  }

  @Test func `what jobs share in memory is that of the run that counts`() throws {
    final class Sum: GroupState {
      var now = 0
      private var kept = 0
      func jobEnded(kept isKept: Bool) { if isKept { kept = now } else { now = kept } }
      func flush(_ transaction: borrowing WriteTransaction) throws(StoreError) { try transaction.note(now) }
    }
    func add(_ number: Int, thenThrow fails: Bool = false) -> Job {
      { transaction in
        transaction.shared(Sum.self).now += number
        try transaction.note(1_000 + number)
        if fails { throw Refusal() }
        return number
      }
    }
    let database = try disk.openDatabase()
    _ = database.write(group: [add(1), add(2, thenThrow: true), add(4)])
    #expect(try database.write { try $0.numbers() } == [5, 1_001, 1_004])
  }

  /// Inserts notes when the group is flushed, unless each job is to do so itself.
  private final class Collected: GroupState {
    private var numbers: [Int] = []
    private var kept = 0

    func insert(_ number: Int, _ transaction: borrowing WriteTransaction) throws(StoreError) {
      if transaction.isCareful { try write([number], transaction) } else { numbers.append(number) }
    }

    func jobEnded(kept isKept: Bool) {
      if isKept { kept = numbers.count } else { numbers.removeLast(numbers.count - kept) }
    }

    func flush(_ transaction: borrowing WriteTransaction) throws(StoreError) { try write(numbers, transaction) }

    private func write(_ numbers: [Int], _ transaction: borrowing WriteTransaction) throws(StoreError) {
      try transaction.insert(
        "INSERT INTO note(number, body) VALUES", width: 2,
        numbers.flatMap { [SQLValue.integer($0), .bytes([UInt8]())] })
    }
  }

  private func collect(_ number: Int, thenThrow fails: Bool = false) -> Job {
    { transaction in
      try transaction.shared(Collected.self).insert(number, transaction)
      if fails { throw Refusal() }
      return number
    }
  }

  @Test func `rows that are written together are those of the jobs that were kept`() throws {
    let database = try disk.openDatabase()
    let outcomes = database.write(group: [collect(1), collect(2, thenThrow: true), collect(3), store(4)])
    #expect(succeeded(outcomes) == [true, false, true, true])
    #expect(try database.write { try $0.numbers() } == [1, 3, 4])
  }

  @Test func `a row that breaks a rule when all are written fails only the job that it is of`() throws {
    let database = try disk.openDatabase()
    let outcomes = database.write(group: [collect(1), collect(2), collect(1), collect(3)])
    #expect(succeeded(outcomes) == [true, true, false, true])
    let error = #expect(throws: StoreError.self) { try outcomes[2].get() }
    #expect(error?.code == .constraint)
    #expect(try database.write { try $0.numbers() } == [1, 2, 3])
    #expect(succeeded(database.write(group: [collect(4), collect(2), collect(5)])) == [true, false, true])
    #expect(try database.write { try $0.numbers() } == [1, 2, 3, 4, 5])
  }

  @Test func `a rule that what is shared breaks by itself fails the group, and the next goes on`() throws {
    final class Broken: GroupState {
      func jobEnded(kept: Bool) {}
      func flush(_ transaction: borrowing WriteTransaction) throws(StoreError) {
        try transaction.execute("INSERT INTO note(number, body) VALUES(9, $1)", [.null])
      }
    }
    let database = try disk.openDatabase()
    let outcomes = database.write(group: [
      collect(1),
      { transaction in
        _ = transaction.shared(Broken.self)
        return 0
      },
    ])
    for outcome in outcomes {
      let error = #expect(throws: StoreError.self) { try outcome.get() }
      #expect(error?.code == .constraint)
    }
    #expect(succeeded(database.write(group: [collect(2)])) == [true])
    #expect(try database.write { try $0.numbers() } == [2])
  }

  @Test func `a group of which every job throws leaves nothing`() throws {
    let database = try disk.openDatabase()
    _ = database.write(group: (0..<3).map { store($0, thenThrow: true) })
    #expect(try database.write { try $0.numbers() } == [])
  }

  @Test func `when the commit fails every job fails with its cause, those that threw included`() throws {
    let database = try disk.openDatabase()
    disk.inject { $0.syncFails = true }
    let outcomes = database.write(group: [store(1), store(2, thenThrow: true), store(3)])
    for outcome in outcomes {
      let error = #expect(throws: StoreError.self) { try outcome.get() }
      #expect(error?.code == .inputOutput)
    }
    disk.inject { $0.syncFails = false }
    #expect(try database.write { try $0.numbers() } == [])
    _ = try database.write(store(4))
    #expect(try database.write { try $0.numbers() } == [4])
  }

  @Test func `a full disk fails the group, and the next one after space was freed succeeds`() throws {
    let database = try disk.openDatabase()
    _ = try database.write(store(1))
    disk.inject { $0.capacity = 0 }
    let body = [UInt8](repeating: 7, count: 100_000)
    let error = #expect(throws: StoreError.self) { try database.write { try $0.note(2, body) } }
    #expect(error?.code == .full)
    disk.inject { $0.capacity = .max }
    try database.write { try $0.note(3, body) }
    #expect(try database.write { try $0.numbers() } == [1, 3])
  }

  @Test func `a job that fills the disk fails alone; the others of its group run again`() throws {
    let database = try disk.openDatabase()
    disk.inject { $0.capacity = 4 << 20 }
    // More than the page cache: the job reaches the disk before the commit does.
    let huge: Job = { transaction in
      for number in 100..<140 { try transaction.note(number, [UInt8](repeating: 1, count: 1 << 20)) }
      return 0
    }
    let outcomes = database.write(group: [store(1), store(2, thenThrow: true), huge, store(3)])
    #expect(succeeded(outcomes) == [true, false, false, true])
    let error = #expect(throws: StoreError.self) { try outcomes[2].get() }
    #expect(error?.code == .full)
    #expect(try database.write { try $0.numbers() } == [1, 3])
  }

  @Test func `a job that swallows the engine's abort still fails, and keeps nothing`() throws {
    let database = try disk.openDatabase()
    disk.inject { $0.capacity = 4 << 20 }
    let swallowing: Job = { transaction in
      for number in 100..<140 { try? transaction.note(number, [UInt8](repeating: 1, count: 1 << 20)) }
      return 0
    }
    let outcomes = database.write(group: [store(1), swallowing])
    #expect(succeeded(outcomes) == [true, false])
    #expect(try database.write { try $0.numbers() } == [1])
  }
}
