import Foundation

/// What an endpoint says of time.
enum HTTPFreshness {
  /// How long the value holds from now on; nil where that is not said. By the endpoint's clock alone, where it shows that.
  static func lifetime(_ reply: HTTPReply) -> Duration? {
    let directives = (reply["Cache-Control"] ?? "").lowercased().split(separator: ",").map { part in
      part.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
    }
    if directives.contains(where: { ["no-store", "no-cache"].contains($0.prefix { $0 != "=" }) }) { return .zero }
    if let age = directives.first(where: { $0.hasPrefix("max-age=") }) {
      // One that cannot be read has passed.
      return .seconds(max(0, (number(age.dropFirst(8)) ?? 0) - (reply["Age"].flatMap { number($0) } ?? 0)))
    }
    guard let expires = reply["Expires"] else { return nil }
    guard let end = date(expires) else { return .zero }
    return .seconds(max(0, end - (reply["Date"].flatMap { date($0) } ?? now)))
  }

  /// When it may be asked again: after so many seconds, or from a date on.
  static func retryAfter(_ reply: HTTPReply) -> Duration? {
    guard let text = reply["Retry-After"] else { return nil }
    if let seconds = number(text) { return .seconds(seconds) }
    return date(text).map { .seconds(max(0, $0 - (reply["Date"].flatMap { date($0) } ?? now))) }
  }

  /// Whole seconds, and rather one more than one too few: what is set to hold for half a second holds for one.
  static func seconds(_ lifetime: Duration) -> Int64 {
    let (seconds, rest) = lifetime.components
    return max(0, rest > 0 && seconds < .max ? seconds + 1 : seconds)
  }

  private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

  /// Digits; what is beyond an age is an age.
  private static func number(_ text: some StringProtocol) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48..<58).contains($0) }) else { return nil }
    return min(Int64(text) ?? .max, 1 << 31)
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Seconds since 1970 of a date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func date(_ text: String) -> Int64? {
    let parts = text.split(whereSeparator: { " :,".contains($0) })
    guard parts.count == 8, parts[7] == "GMT", let month = months.firstIndex(of: String(parts[2])),
      let day = number(parts[1]), let year = number(parts[3]), let hour = number(parts[4]),
      let minute = number(parts[5]), let second = number(parts[6]),
      (1...31).contains(day), (1_600...9_999).contains(year), hour < 24, minute < 60, second <= 60
    else { return nil }
    // Years begin in March, so that the day that some of them have more is their last.
    let shifted = month < 2 ? year - 1 : year
    let days = (153 * Int64((month + 10) % 12) + 2) / 5 + day - 1
    let total = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + days - 719_468
    return ((total * 24 + hour) * 60 + minute) * 60 + second
  }
}
