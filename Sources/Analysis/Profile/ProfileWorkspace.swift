/// Room for what a column is told about the fields of one batch; the columns of a file take turns. Whoever reads a file
/// has one, and nobody else uses it meanwhile.
public final class ProfileWorkspace {
  private(set) var room = 0
  private(set) var fields: UnsafeMutablePointer<FieldSlice>
  /// Of each record: what decides whether it is a sample.
  private(set) var tickets: UnsafeMutablePointer<UInt64>
  /// Of the fields that hold something: the field itself, its hash and its lengths.
  private(set) var values: UnsafeMutablePointer<FieldSlice>
  private(set) var hashes: UnsafeMutablePointer<UInt64>
  private(set) var characters: UnsafeMutablePointer<UInt32>
  private(set) var bytes: UnsafeMutablePointer<UInt32>
  /// The numbers of each notation, one block of `room` after the other.
  private(set) var numbers: UnsafeMutablePointer<Double>

  public init() {
    fields = .allocate(capacity: 0)
    tickets = .allocate(capacity: 0)
    values = .allocate(capacity: 0)
    hashes = .allocate(capacity: 0)
    characters = .allocate(capacity: 0)
    bytes = .allocate(capacity: 0)
    numbers = .allocate(capacity: 0)
  }

  deinit { free() }

  /// Makes room for so many records; what was in it is gone.
  func reserve(_ count: Int) {
    guard count > room else { return }
    free()
    room = max(count, 2 * room)
    fields = .allocate(capacity: room)
    tickets = .allocate(capacity: room)
    values = .allocate(capacity: room)
    hashes = .allocate(capacity: room)
    characters = .allocate(capacity: room)
    bytes = .allocate(capacity: room)
    numbers = .allocate(capacity: room * ColumnProfile.summaryCount)
  }

  private func free() {
    fields.deallocate()
    tickets.deallocate()
    values.deallocate()
    hashes.deallocate()
    characters.deallocate()
    bytes.deallocate()
    numbers.deallocate()
  }
}
