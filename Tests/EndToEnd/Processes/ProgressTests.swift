import Foundation
import TestSupport
import Testing

@testable import holdfast

#if os(Linux)
  struct `Progress on a terminal` {
    @Test func `long work shows how far it is on a terminal, and a program sees none of it`() async throws {
      let hub = try await HubProcess()
      let file = try hub.directory.write(String(repeating: "0123456789", count: 1_000_000), to: "large")
      let put = ["put", "large", "--file", file, "--data", hub.data]
      let stored = try await Holdfast.onTerminal(put)
      #expect(stored.exitCode == 0)
      #expect(stored.shown.contains("100%  9.5 MiB of 9.5 MiB"), "\(stored.shown)")
      #expect(stored.shown.hasSuffix("\r\u{1B}[K"))
      let copy = hub.directory.path("copy")
      let loaded = try await Holdfast.onTerminal(["get", "large", "--file", copy, "--data", hub.data])
      #expect(loaded.exitCode == 0)
      #expect(loaded.shown.contains("100%  9.5 MiB of 9.5 MiB"), "\(loaded.shown)")
      #expect(FileManager.default.contentsEqual(atPath: file, andPath: copy))

      #expect(try await Holdfast.onTerminal(put + ["--json"]).shown.isEmpty)
      #expect(try await Holdfast.run(put).errors.isEmpty)
      #expect(try await Holdfast.onTerminal(["put", "small", "v", "--data", hub.data]).shown.isEmpty)
    }
  }
#endif

struct `A line of progress` {
  @Test(arguments: [
    (0, 100, "k  [                              ]   0%  0 B of 100 B"),
    (50, 100, "k  [===============               ]  50%  50 B of 100 B"),
    (100, 100, "k  [==============================] 100%  100 B of 100 B"),
    (120, 100, "k  [==============================] 100%  120 B of 100 B"),
  ])
  func `it tells the share and the sizes`(_ done: Int, _ total: Int, _ line: String) {
    #expect(ProgressBar.line("k", done: done, of: total) == line)
  }

  @Test func `a long name is cut`() {
    let line = ProgressBar.line(String(repeating: "x", count: 100), done: 1, of: 2)
    #expect(line.hasPrefix(String(repeating: "x", count: 23) + "…  ["))
  }
}
