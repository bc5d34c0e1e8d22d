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
      let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
      var (number, locked): (Int32, Int32) = (0, 0)
      try #require(ioctl(terminal, unlock, &locked) == 0 && ioctl(terminal, tellNumber, &number) == 0)
      let program = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
      try #require(program >= 0)
      let process = prepare(words)
      process.standardError = FileHandle(fileDescriptor: program)
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      close(program)
      let shown = await onThread {
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
          // Ends with an error when the program has closed its side.
          let count = read(terminal, &chunk, chunk.count)
          if count <= 0 { break }
          text += chunk[..<count]
        }
        close(terminal)
        return String(decoding: text, as: UTF8.self)
      }
      return (await process.ended(), shown)
    }
  }
#endif
