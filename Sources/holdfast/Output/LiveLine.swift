import HoldfastRPC

/// How work stands that goes on: one line of a terminal that is drawn whenever that changes, and goes when the work is
/// done.
final class LiveLine: Sendable {
  private let console: Console
  private let shown = Lock<String?>(nil)

  init(on console: Console) { self.console = console }

  /// Shows this, where somebody sees it.
  func update(_ line: String) {
    guard console.showsProgress else { return }
    shown.withLock { shown in
      if shown != line { console.draw("\r" + line + "\u{1B}[K") }
      shown = line
    }
  }

  /// Takes the line away.
  func end() {
    shown.withLock { shown in
      if shown != nil { console.draw("\r\u{1B}[K") }
      shown = nil
    }
  }
}
