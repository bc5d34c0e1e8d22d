import HoldfastSDK
import HoldfastTesting

/// Changes at random, repeated by the seed as far as what there is to change is the same.
struct DeviceWork {
  /// A change that the replica has taken.
  struct Accepted {
    let mark: String
    let tallies: [UInt32]
    let handles: [OperationHandle]

    func line(_ id: OperationID) -> DeviceLine {
      .accepted(position: id.rawValue, mark: mark, tallies: tallies)
    }
  }

  static let tallies: Range<UInt32> = 0..<30
  static let sheets: Range<UInt32> = 0..<10
  static let slips: Range<UInt32> = 0..<10
  static let shelves: Range<UInt32> = 0..<3

  private let replica: Replica
  private let name: String
  private var generator: SeededGenerator
  private var number = 0

  init(_ replica: Replica, name: String, seed: UInt64) {
    (self.replica, self.name) = (replica, name)
    generator = SeededGenerator(seed: seed)
  }

  /// Changes something; nil when what it would have changed is not there, or is there already.
  mutating func change() async throws -> Accepted? {
    number += 1
    do {
      return switch Int.random(in: 0..<100, using: &generator) {
      case 0..<40: try await changeTally()
      case 40..<50: try await moveTally()
      case 50..<62: try await changeTwo()
      case 62..<82: try await changeSheet()
      case 82..<86: try await removeSheet()
      default: try await changeSlip()
      }
    } catch let error as ReplicaError where error.isRecoverable {
      return nil
    }
  }

  // MARK: Changes

  private mutating func changeTally() async throws -> Accepted {
    let (tally, mark, priority) = (pick(Self.tallies), "\(name).\(number)", pick(OperationPriority.allCases))
    let handle = try await replica.tallies.update(tally, priority: priority) { $0.add(mark) }
    return Accepted(mark: mark, tallies: [tally], handles: [handle])
  }

  /// Some devices lose sight of it by that, and others see it for the first time.
  private mutating func moveTally() async throws -> Accepted {
    let (tally, mark, shelf) = (pick(Self.tallies), "\(name).\(number)", pick(Self.shelves))
    let handle = try await replica.tallies.update(tally) { tally in
      tally.shelf = shelf
      tally.add(mark)
    }
    return Accepted(mark: mark, tallies: [tally], handles: [handle])
  }

  /// Two tallies, both or none: the mark says which.
  private mutating func changeTwo() async throws -> Accepted {
    let (first, second) = (pick(Self.tallies), pick(Self.tallies))
    guard first != second else { return try await changeTally() }
    let mark = "\(name).\(number)+\(first)+\(second)"
    let handles = try await replica.batch { batch in
      batch.update(Tally.self, first) { $0.add(mark) }
      batch.update(Tally.self, second) { $0.add(mark) }
    }
    return Accepted(mark: mark, tallies: [first, second], handles: handles)
  }

  private mutating func changeSheet() async throws -> Accepted {
    let (sheet, mark) = (pick(Self.sheets), "\(name).\(number)")
    let isText = Bool.random(using: &generator)
    guard try await replica.sheets.get(sheet) != nil else {
      var new = Sheet(number: sheet, text: mark)
      new.add(mark)
      return Accepted(mark: mark, tallies: [], handles: [try await replica.sheets.create(new)])
    }
    let handle = try await replica.sheets.update(sheet) { sheet in
      if isText { sheet.text = mark } else { sheet.title = mark }
      sheet.add(mark)
    }
    return Accepted(mark: mark, tallies: [], handles: [handle])
  }

  private mutating func removeSheet() async throws -> Accepted {
    let handle = try await replica.sheets.delete(pick(Self.sheets))
    return Accepted(mark: "\(name).\(number)", tallies: [], handles: [handle])
  }

  private mutating func changeSlip() async throws -> Accepted {
    let (slip, mark) = (pick(Self.slips), "\(name).\(number)")
    let isRemoved = Int.random(in: 0..<4, using: &generator) == 0
    let handle: OperationHandle
    if try await replica.slips.get(slip) == nil {
      var new = Slip(number: slip, title: mark)
      new.add(mark)
      handle = try await replica.slips.create(new)
    } else if isRemoved {
      handle = try await replica.slips.delete(slip)
    } else {
      handle = try await replica.slips.update(slip) { slip in
        slip.title = mark
        slip.add(mark)
      }
    }
    return Accepted(mark: mark, tallies: [], handles: [handle])
  }

  private mutating func pick<Choices: RandomAccessCollection>(_ choices: Choices) -> Choices.Element {
    choices[choices.index(choices.startIndex, offsetBy: Int.random(in: 0..<choices.count, using: &generator))]
  }

  // MARK: Deciding

  /// What a device does about a conflict by itself; some it leaves for later.
  static func decision(_ conflict: EntityConflictOf<Sheet>) -> ConflictDecision<Sheet> {
    switch conflict.id.rawValue % 4 {
    case 0: return .mine
    case 1: return .server
    case 2:
      guard var merged = conflict.server, let mine = conflict.mine else { return .mine }
      merged.text = String((mine.text + "/" + merged.text).prefix(40))
      return .merged(merged)
    default: return .later
    }
  }
}
