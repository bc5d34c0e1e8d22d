/// Names that look alike.
enum Spelling {
  /// The candidate that differs from `name` by at most two letters, or by case.
  static func closest(to name: String, in candidates: [String]) -> String? {
    guard name.count > 2, name.count <= 40 else { return nil }
    var best: (distance: Int, name: String)?
    for candidate in candidates where abs(candidate.count - name.count) <= 2 {
      let distance = distance(Array(name.lowercased()), Array(candidate.lowercased()))
      if distance <= (name.count > 4 ? 2 : 1), distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.name
  }

  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (i, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (character == other ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[right.count]
  }
}
