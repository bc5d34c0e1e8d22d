#if os(Linux)
  import HoldfastSDK
  import HoldfastWire
  import Testing

  @testable import TestDevice

  /// All entities of a replica, or those of them that a device wants.
  private struct Contents {
    var tallies: [Tally]
    var sheets: [Sheet]
    var slips: [Slip]

    init(_ replica: Replica) async throws {
      tallies = try await replica.tallies.query()
      sheets = try await replica.sheets.query()
      slips = try await replica.slips.query()
    }

    func wanted(on shelf: UInt32?) -> Contents {
      guard let shelf else { return self }
      var wanted = self
      wanted.tallies.removeAll { $0.shelf != shelf }
      wanted.slips = []
      return wanted
    }
  }

  extension Storm {
    /// Compares what there is everywhere with what was done, and with each other.
    func check() async throws {
      let truth = try await withReplica("witness") { replica in
        let hub = try await hub.connect()
        _ = try await replica.visit(hub, .pull, patience: .seconds(60)) { _ in }
        hub.close()
        return try await Contents(replica)
      }
      checkMarks(truth)
      for file in replicas {
        let here = devices.filter { $0.file == file }
        try await withReplica(file) { replica in
          let overview = try await replica.overview()
          #expect(overview.pending == 0 && overview.sent == 0 && overview.parked == 0, "\(file): \(overview)")
          compare(try await Contents(replica), with: truth.wanted(on: here.first?.shelf), of: file)
          for line in here.flatMap(\.lines) {
            guard case .accepted(let position, _, _) = line else { continue }
            guard case .over = try await replica.standing(of: OperationID(rawValue: position)) else {
              Issue.record("\(file): operation \(position) has no outcome")
              continue
            }
          }
        }
      }
    }

    /// Each change was made once and as a whole, and none that was accepted is missing.
    private func checkMarks(_ truth: Contents) {
      let entities: [any Marked] = truth.tallies + truth.sheets + truth.slips
      for entity in entities { #expect(entity.isWhole, "\(entity)") }
      let marks = Dictionary(uniqueKeysWithValues: truth.tallies.map { ($0.number, $0.marks) })
      #expect(marks.count == DeviceWork.tallies.count)
      for (number, found) in marks {
        for mark in found {
          let others = mark.split(separator: "+").dropFirst().compactMap { UInt32($0) }
          #expect(others.allSatisfy { marks[$0]?.contains(mark) == true }, "\(mark) in \(number) is there by half")
        }
      }
      for line in devices.flatMap(\.lines) {
        guard case .accepted(_, let mark, let tallies) = line else { continue }
        for tally in tallies { #expect(marks[tally]?.contains(mark) == true, "\(mark) is missing in tally \(tally)") }
      }
    }

    private func compare(_ found: Contents, with wanted: Contents, of file: String) {
      compare(found.tallies, with: wanted.tallies, of: file) { $0.number }
      compare(found.sheets, with: wanted.sheets, of: file) { $0.number }
      compare(found.slips, with: wanted.slips, of: file) { $0.number }
    }

    private func compare<E: Entity & Equatable>(
      _ found: [E], with wanted: [E], of file: String, by number: (E) -> UInt32
    ) {
      let found = Dictionary(uniqueKeysWithValues: found.map { (number($0), $0) })
      let wanted = Dictionary(uniqueKeysWithValues: wanted.map { (number($0), $0) })
      for number in Set(found.keys).union(wanted.keys).sorted() where found[number] != wanted[number] {
        let (here, there) = (found[number].map { "\($0)" } ?? "nothing", wanted[number].map { "\($0)" } ?? "nothing")
        Issue.record("\(file) has \(here), and the hub has \(there)")
      }
    }
  }
#endif
