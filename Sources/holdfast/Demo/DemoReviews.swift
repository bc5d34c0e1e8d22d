/// The table of reviews that the demo has analysed: always the same, of any length.
enum DemoReviews {
  /// A row's number, shop, day and stars, and three columns of text.
  static func table(rows: Int) -> String {
    var text = "number,shop,bought,stars,review,advice,service\n"
    for row in 0..<rows {
      let day = "2026-\(twoDigits(row % 12 + 1))-\(twoDigits(row % 28 + 1))"
      let days = row * 31 % 389 + 2
      let review =
        "\(pick(openings, row)) \(pick(verdicts, row / 6)), \(pick(reasons, row / 48)); so I say after \(days) days."
      let advice = "\(pick(advices, row)) \(pick(audiences, row / 5)). Ask them for number \(row * 17 % 9_973)."
      let service = "\(pick(services, row)) on day \(row * 13 % 7_919), \(pick(endings, row / 5))!"
      text += "\(row + 1),\(pick(shops, row)),\(day),\(row * 7 % 5 + 1),\"\(review)\",\(advice),\"\(service)\"\n"
    }
    return text
  }

  private static func pick(_ words: [String], _ number: Int) -> String { words[number % words.count] }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static let shops = ["Harbour Street", "Old Mill", "North Gate", "Station"]
  private static let openings = [
    "The lamp is", "This kettle turned out to be", "Our new clock was", "My third radio from here seems",
    "The wooden chair has been", "I find the blanket",
  ]
  private static let verdicts = [
    "wonderful", "not good at all", "very sturdy", "a terrible disappointment", "nice enough", "absolutely lovely",
    "rather ugly", "not bad",
  ]
  private static let reasons = [
    "and it arrived in perfect condition", "but the colour is nothing like the picture",
    "although it broke after two weeks", "and the whole family loves it", "and I was happy to pay a little more",
    "yet it makes an awful noise at night", "and nothing ever leaks",
  ]
  private static let advices = [
    "I would gladly recommend it to", "Keep it far away from", "It makes a great present for",
    "There are much better ones for", "It is worth every penny for",
  ]
  private static let audiences = [
    "anybody who has a small kitchen", "impatient people", "friends who read in bed", "families with little children",
  ]
  private static let services = [
    "The people in the shop were friendly and patient", "Nobody answered my letters for a month",
    "They repaired it at once and for nothing", "The delivery was late and the box was torn",
    "A young man explained everything twice",
  ]
  private static let endings = ["thank you", "I am still angry", "what a pleasure", "never again", "I shall be back"]
}
