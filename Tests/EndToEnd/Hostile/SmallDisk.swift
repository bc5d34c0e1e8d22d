#if os(Linux)
  import Foundation
  import TestSupport

  /// A file system of a few MiB in memory, which programs that are started on it see as one of their directories. It goes
  /// with the object.
  final class SmallDisk: @unchecked Sendable {  // a test drives it from one task at a time
    struct Refused: Error, CustomStringConvertible {
      let description: String
    }

    /// Where programs on the disk see it.
    let path: String
    private let place: TemporaryDirectory
    /// Keeps the namespace in which it is mounted, until its input ends.
    private let holder = Process()
    private let input = Pipe()

    init(mebibytes: Int) async throws {
      place = try TemporaryDirectory()
      path = place.path
      let output = Pipe()
      let errors = Pipe()
      holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      holder.arguments = [
        "unshare", "--mount", "sh", "-c",
        "mount -t tmpfs -o mode=700,size=\(mebibytes)m tmpfs \(path) && echo mounted && exec cat",
      ]
      holder.standardInput = input
      holder.standardOutput = output
      holder.standardError = errors
      try holder.run()
      guard await output.text(upTo: "\n") == "mounted\n" else {
        let reason = await errors.text(upTo: "")
        throw Refused(
          description: "this test needs the right to mount a file system of its own, as root has it: \(reason)")
      }
    }

    deinit { try? input.fileHandleForWriting.close() }

    /// What a program is started by, so that it is on the disk.
    var entry: [String] { ["nsenter", "--mount", "--target", String(holder.processIdentifier), "--"] }

    /// The disk's place for those who are not on it.
    var outside: String { "/proc/\(holder.processIdentifier)/root" + path }

    /// Takes all the space that is left.
    func fill() throws {
      try Data().write(to: URL(fileURLWithPath: outside + "/filler"))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: outside + "/filler"))
      defer { try? file.close() }
      for size in [65_536, 4_096] {
        let chunk = Data(count: size)
        do { while true { try file.write(contentsOf: chunk) } } catch let error as CocoaError {
          guard error.code == .fileWriteOutOfSpace else { throw error }
        }
      }
    }

    /// Gives the space back.
    func free() throws { try FileManager.default.removeItem(atPath: outside + "/filler") }
  }
#endif
