#if os(Linux)
  import Foundation
  import Glibc
  import TestSupport
  import Testing

  extension Holdfast {
    /// What the kernel calls TIOCSPTLCK and TIOCGPTN.
    private static let (unlock, tellNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    /// Runs the program with a terminal for its standard error, and returns what that showed.
    static func onTerminal(_ words: [String]) async throws -> (exitCode: Int32, shown: String) {
      let run = try startOnTerminal(words)
      let shown = await run.shown()
      return (await run.process.ended(), shown)
    }

    /// Starts it with a terminal for its standard error.
    static func startOnTerminal(_ words: [String]) throws -> TerminalRun {
      let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
      var (number, locked): (Int32, Int32) = (0, 0)
      try #require(ioctl(terminal, unlock, &locked) == 0 && ioctl(terminal, tellNumber, &number) == 0)
      let program = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
      try #require(program >= 0)
      let process = prepare(words)
      process.standardError = FileHandle(fileDescriptor: program)
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      close(program)
      return TerminalRun(process, terminal)
    }
  }

  /// A program at a terminal.
  final class TerminalRun: @unchecked Sendable {  // a test drives it from one task at a time
    let process: Process
    private let terminal: Int32
    private var text: [UInt8] = []

    fileprivate init(_ process: Process, _ terminal: Int32) { (self.process, self.terminal) = (process, terminal) }

    deinit {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      close(terminal)
    }

    /// All that has been shown, once `mark` is in what the last call did not return; without one, when the program has
    /// ended. Gives up when nothing has been shown for minutes.
    func shown(until mark: String? = nil) async -> String {
      let before = text.count
      await onThread { [self] in
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
          if let mark, text[before...].firstRange(of: Array(mark.utf8)) != nil { break }
          var entry = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
          guard poll(&entry, 1, 180_000) > 0 else { break }
          // Ends with an error when the program has closed its side.
          let count = read(terminal, &chunk, chunk.count)
          if count <= 0 { break }
          text += chunk[..<count]
        }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }
#endif
