#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// What a hub holds, from outside.
  extension HubProcess {
    /// Sockets that the hub has open: the one that listens, and one for each connection.
    var sockets: Int {
      get throws {
        let folder = "/proc/\(pid)/fd"
        return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
          (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name))?.hasPrefix("socket:")
            == true
        }
      }
    }

    /// The hub's resident memory.
    var residentKiB: Int {
      get throws {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return try #require(Int(line.filter(\.isNumber)))
      }
    }

    /// Expects that `round` leaves nothing behind: repeated, it makes the hub no larger, and in the end all sockets are
    /// closed that it opened.
    ///
    /// What the first rounds leave is memory that later ones use again; what leaks grows with each. `leak` is what a
    /// round would leave at least if it leaked.
    func expectNothingLeft(leak: Int, _ round: () async throws -> Void) async throws {
      let idle = try sockets
      var sizes: [Int] = []
      repeat {
        try await round()
        #expect(try await eventually { try sockets <= idle }, "more than \(idle) sockets stay open")
        sizes.append(try residentKiB)
      } while sizes.count < 8 && (sizes.count < 2 || sizes[sizes.count - 1] > sizes[sizes.count - 2] + leak / 2)
      #expect(sizes.count < 8 || !ResidentMemory.isTelling, "the hub grows with every round: \(sizes) KiB")
    }
  }
#endif
