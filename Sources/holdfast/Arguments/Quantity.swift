/// Sizes and times as people write them.
enum Quantity {
  /// A number of bytes: a whole number, alone or followed by B, kB, MB, GB (powers of 1000) or KiB, MiB, GiB (of 1024).
  static func bytes(_ text: String) -> Int? {
    let units: [String: Int] = [
      "": 1, "B": 1, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
      "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
    ]
    return number(text, units)
  }

  /// A time: a number with up to three decimals, alone (seconds) or followed by ms, s, m, h or d.
  static func duration(_ text: String) -> Duration? {
    let milliseconds = ["": 1000, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let point = text.firstIndex(of: ".") else {
      return number(text, milliseconds).map { .milliseconds($0) }
    }
    let decimals = text[text.index(after: point)...].prefix { $0.isASCII && $0.isNumber }
    guard (1...3).contains(decimals.count) else { return nil }
    // "1.5h" is 1500 thousandths of an hour.
    let unit = text[decimals.endIndex...]
    let padded = decimals + String(repeating: "0", count: 3 - decimals.count)
    return number(String(text[..<point] + padded + unit), milliseconds).map { .milliseconds($0) / 1000 }
  }

  /// So much in a second, "/s" behind it or not: what is before that is read by `number`. 0 for "none": any amount.
  static func rate(_ text: String, _ number: (String) -> Int?) -> Int? {
    if text == "none" { return 0 }
    return number(text.hasSuffix("/s") ? String(text.dropLast(2)) : text)
  }

  /// How a number of bytes reads best: "1.5 KiB".
  static func describe(bytes: Int) -> String {
    guard bytes >= 1024 else { return "\(bytes) B" }
    var tenths = bytes * 10 / 1024
    var units = ["KiB", "MiB", "GiB"][...]
    while tenths >= 10_240, units.count > 1 {
      tenths /= 1024
      units = units.dropFirst()
    }
    return "\(tenths / 10).\(tenths % 10) \(units.first ?? "KiB")"
  }

  /// How a time reads best: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min".
  static func describe(seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e15 else { return "unknown" }
    guard seconds >= 10 else { return "\((max(0, seconds) * 10).rounded() / 10) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3_600) h \(whole / 60 % 60) min"
  }

  private static func number(_ text: String, _ units: [String: Int]) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : product
  }
}
