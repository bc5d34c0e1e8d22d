import HoldfastRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How far long work is: one line of a terminal that is drawn over and over, and goes when the work is done.
final class ProgressBar: Sendable {
  private let title: String
  /// What so much of the work is called.
  private let describe: @Sendable (Int) -> String
  private let console: Console
  /// The hundredths that are shown; nil while nothing is.
  private let shown = Lock<Int?>(nil)

  init(
    _ title: String, on console: Console,
    describe: @escaping @Sendable (Int) -> String = { Quantity.describe(bytes: $0) }
  ) {
    self.title = title
    self.describe = describe
    self.console = console
  }

  /// Shows that so much of it is done, where somebody sees it.
  func update(done: Int, of total: Int) {
    guard console.showsProgress, total > 0 else { return }
    let hundredths = Int(Double(done) / Double(total) * 100)
    let isNew = shown.withLock { shown in
      defer { shown = hundredths }
      return shown != hundredths
    }
    if isNew { console.draw("\r" + Self.line(title, done: done, of: total, describe) + "\u{1B}[K") }
  }

  /// Takes the line away.
  func end() {
    let wasShown = shown.withLock { shown in
      defer { shown = nil }
      return shown != nil
    }
    if wasShown { console.draw("\r\u{1B}[K") }
  }

  /// "report.pdf  [=====     ]  50%  1.0 MiB of 2.0 MiB"
  static func line(
    _ title: String, done: Int, of total: Int, _ describe: (Int) -> String = { Quantity.describe(bytes: $0) }
  ) -> String {
    let width = 30
    let share = min(1, max(0, Double(done) / Double(max(1, total))))
    let filled = Int(share * Double(width))
    let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled)
    let percent = String(Int(share * 100))
    let name = title.count <= 24 ? title : title.prefix(23) + "…"
    return "\(name)  [\(bar)] \(String(repeating: " ", count: 3 - percent.count))\(percent)%  "
      + "\(describe(done)) of \(describe(total))"
  }
}

extension Console {
  /// Somebody looks at standard error, and results are not for a program.
  var showsProgress: Bool { !isJSON && isatty(STDERR_FILENO) == 1 }
}
