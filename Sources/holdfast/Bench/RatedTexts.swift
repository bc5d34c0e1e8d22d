/// Texts, and how pleasant people found them.
struct RatedTexts: Sendable {
  let texts: [String]
  /// One for each text; nil where texts are not rated.
  let ratings: [Double]?

  /// A line has an id, a rating and a text, parted by tabs. The ratings may be left empty in all lines.
  ///
  /// - Throws: For a line that has not, and where there is none.
  init(_ bytes: [UInt8], from name: String) throws(CommandFailure) {
    var texts: [String] = []
    var ratings: [Double] = []
    let newline = UInt8(ascii: "\n")
    for (number, line) in bytes.split(separator: newline, omittingEmptySubsequences: false).enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard !line.isEmpty else { continue }
      let fields = line.split(separator: UInt8(ascii: "\t"), maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, let text = String(validating: fields[2], as: UTF8.self) else {
        throw CommandFailure(.usage, "\(name), line \(number + 1): no id, rating and text, parted by tabs")
      }
      if !fields[1].isEmpty {
        guard let rating = Double(String(decoding: fields[1], as: UTF8.self)), rating.isFinite else {
          throw CommandFailure(.usage, "\(name), line \(number + 1): the rating is no number")
        }
        ratings.append(rating)
      }
      texts.append(text)
    }
    guard !texts.isEmpty else { throw CommandFailure(.usage, "\(name) has no texts") }
    guard ratings.isEmpty || ratings.count == texts.count else {
      throw CommandFailure(.usage, "\(name): \(texts.count - ratings.count) of \(texts.count) texts have no rating")
    }
    self.texts = texts
    self.ratings = ratings.isEmpty ? nil : ratings
  }

  /// Short messages of every kind, of 70 characters in the mean.
  static let messages = RatedTexts()

  private init() {
    let openings = ["I just got back from the lake and", "Monday again,", "My sister called,", "The new phone came,"]
    let middles = [
      "it was really great", "I'm not happy with it", "nothing works", "what a lovely surprise", "all is as it was",
    ]
    let endings = ["!!!", ".", " :)", " but we go there again tomorrow.", " 😀", ", see https://example.com/about"]
    texts = openings.flatMap { opening in
      middles.flatMap { middle in endings.map { "\(opening) \(middle)\($0)" } }
    }
    ratings = nil
  }
}
