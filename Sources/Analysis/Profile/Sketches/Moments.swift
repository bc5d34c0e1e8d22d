/// Least, greatest, mean and standard deviation of numbers, by Welford's method: no sum of squares that loses what it
/// is about. Parts merge by Chan's formula.
struct Moments: Sendable, Equatable {
  private(set) var count = 0
  private(set) var mean = 0.0
  /// The sum of the squares of the distances from the mean.
  private var squares = 0.0
  private(set) var least = Double.infinity
  private(set) var greatest = -Double.infinity

  init() {}

  /// Of the sample, as SUMMARIZE and spreadsheets have it; nil of fewer than two numbers, or when it is too great.
  var deviation: Double? {
    guard count > 1 else { return nil }
    let deviation = (squares / Double(count - 1)).squareRoot()
    return deviation.isFinite ? deviation : nil
  }

  /// Takes in finite numbers. A batch is summed in two passes, which costs one division instead of one a number.
  mutating func add(_ numbers: UnsafeBufferPointer<Double>) {
    guard !numbers.isEmpty else { return }
    var part = Moments()
    part.count = numbers.count
    var sum = 0.0
    var (least, greatest) = (numbers[0], numbers[0])
    for number in numbers {
      sum += number
      least = number < least ? number : least
      greatest = number > greatest ? number : greatest
    }
    let scale = 1 / Double(numbers.count)
    // A sum over the greatest number there is can be had in parts.
    part.mean = sum.isFinite ? sum * scale : numbers.reduce(0) { $0 + $1 * scale }
    var squares = 0.0
    for number in numbers { squares += (number - part.mean) * (number - part.mean) }
    part.squares = squares
    part.least = least
    part.greatest = greatest
    merge(part)
  }

  mutating func merge(_ other: Moments) {
    guard other.count > 0 else { return }
    guard count > 0 else {
      self = other
      return
    }
    let total = count.addingSaturated(other.count)
    let share = Double(other.count) / Double(total)
    let distance = other.mean - mean
    if distance.isFinite {
      mean += distance * share
    } else {
      mean = mean * (1 - share) + other.mean * share
    }
    squares += other.squares + distance * distance * Double(count) * share
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    count = total
  }

  /// The moments of each number times a positive factor.
  func scaled(by factor: Double) -> Moments {
    var scaled = self
    scaled.mean *= factor
    scaled.squares *= factor * factor
    scaled.least *= factor
    scaled.greatest *= factor
    return scaled
  }
}

extension Moments: Codable {
  private enum CodingKeys: CodingKey {
    case count, values
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    try container.encode(PackedArray([mean, squares, least, greatest]), forKey: .values)
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decode(Int.self, forKey: .count)
    let values = try container.decode(PackedArray<Double>.self, forKey: .values).elements
    guard count >= 0, values.count == 4, !values[0].isNaN else {
      throw DecodingError.dataCorruptedError(forKey: .values, in: container, debugDescription: "these are no moments")
    }
    (mean, squares, least, greatest) = (values[0], values[1], values[2], values[3])
  }
}
