import HoldfastStore
import HoldfastTesting
import Testing

/// Databases that are opened for the first time on a disk that is nearly full.
@Suite struct SmallDiskTests {
  /// The journal mode is committed after SQLite has told of it: that this fails must be heard as well.
  @Test func `a file that does not fit is refused because the disk is full, and fits when there is room`() throws {
    var refusals = 0
    for capacity in stride(from: 0, to: 80_000, by: 500) {
      let disk = LosingDisk(seed: 1)
      disk.inject { $0.capacity = capacity }
      do {
        _ = try disk.openDatabase()
      } catch {
        refusals += 1
        #expect(error.code == .full, "\(capacity): \(error)")
        #expect(error.message.contains("disk is full"), "\(capacity): \(error)")
      }
      disk.inject { $0.capacity = .max }
      let database = try disk.openDatabase()
      try database.write { try $0.note(1, [1]) }
    }
    #expect(refusals > 5)
  }
}
