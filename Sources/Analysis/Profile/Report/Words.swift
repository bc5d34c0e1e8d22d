/// Numbers and names in sentences.
enum Words {
  /// "98 %", "0.3 %", "all": how much of a whole.
  static func percent(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "0 %" }
    if part == whole { return "all" }
    let share = Double(part) / Double(whole) * 100
    if share >= 99.95 { return "nearly all" }
    if share >= 10 { return "\(Int(share.rounded())) %" }
    let tenths = Int((share * 10).rounded())
    return tenths == 0 ? "under 0.1 %" : "\(tenths / 10).\(tenths % 10) %"
  }

  /// 3.4
  static func tenths(_ number: Double) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }

  /// 1,234,567
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// The first of these that is one of the words of a name: "phone" in "home_phone", "homePhone" and "Home phone".
  static func first(of words: [String], in name: String) -> String? {
    var parts: [String] = [""]
    var wasSmall = false
    for scalar in name.unicodeScalars {
      let isCapital = ("A"..."Z").contains(scalar)
      if isCapital, wasSmall { parts.append("") }
      if scalar.properties.isAlphabetic {
        parts[parts.count - 1].unicodeScalars.append(scalar)
      } else {
        parts.append("")
      }
      wasSmall = ("a"..."z").contains(scalar)
    }
    let lower = Set(parts.map { $0.lowercased() })
    return words.first { lower.contains($0) }
  }
}
