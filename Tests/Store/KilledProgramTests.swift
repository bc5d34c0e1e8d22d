import HoldfastStore
import HoldfastTesting
import Testing

/// Programs that end in the middle of a write, on a disk that keeps its power.
@Suite struct KilledProgramTests {
  /// Writes until the program is killed.
  /// - Returns: the number of the last note that was acknowledged.
  private func writeUntilKilled(_ disk: LosingDisk, after operations: Int) throws -> Int {
    disk.beginProgram(1)
    let database = try disk.openDatabase()
    try database.write { try $0.note(1, [1]) }
    disk.kill(1, after: operations)
    var last = 1
    while disk.isAlive(1) {
      do {
        try database.write { [last] in try $0.note(last + 1, [1]) }
        last += 1
      } catch {
        #expect(!disk.isAlive(1))
      }
    }
    #expect(throws: StoreError.self) { try database.write { try $0.note(1_000, [1]) } }
    return last
  }

  @Test func `what was acknowledged is there for the next program`() throws {
    for operations in 1...40 {
      let disk = LosingDisk(seed: UInt64(operations))
      let last = try writeUntilKilled(disk, after: operations)
      disk.beginProgram(2)
      let database = try disk.openDatabase()
      #expect(try database.write { try $0.first("PRAGMA integrity_check") { $0.text(0) } } == "ok")
      let numbers = try database.write { try $0.numbers() }
      // One that was cut off while it was acknowledged may be there as well.
      #expect(numbers == Array(1...last) || numbers == Array(1...(last + 1)))
      try database.write { try $0.note(500, [1]) }
    }
  }

  @Test func `another program that has the file open goes on`() throws {
    for operations in 1...40 {
      let disk = LosingDisk(seed: UInt64(operations))
      disk.beginProgram(2)
      let other = try disk.openDatabase()
      let last = try writeUntilKilled(disk, after: operations)
      try other.write { try $0.note(500, [1]) }
      let numbers = try other.write { try $0.numbers() }
      #expect(numbers.starts(with: 1...last))
      #expect(numbers.contains(500))
    }
  }
}
