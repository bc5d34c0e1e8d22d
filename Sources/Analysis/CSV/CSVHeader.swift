/// The names of the columns, each of which is there once.
///
/// A column without a name is named for its place, `column_3`. Of columns with the same name the first keeps it, and
/// the others get the next number that makes a name nobody has: `price`, `price_2`, `price_3`. Both are reported.
public struct CSVHeader: Sendable, Equatable, Codable {
  public let names: [String]

  /// For a file that does not name its columns.
  init(columns: Int) {
    names = (1...max(1, columns)).map { "column_\($0)" }
  }

  /// From what stands in the first record, on `line`.
  init(found: [String], line: Int, problems: inout CSVProblems) {
    // Names that stand in the file are taken, so that none of those made here becomes a second one of them.
    var taken = Set(found)
    var seen = Set<String>()
    var next: [String: Int] = [:]
    var names: [String] = []
    for (column, name) in found.enumerated() {
      if !name.allSatisfy(\.isWhitespace), seen.insert(name).inserted {
        names.append(name)
        continue
      }
      let isEmpty = name.allSatisfy(\.isWhitespace)
      let made = isEmpty ? "column_\(column + 1)" : name
      var unique = made
      var number = next[made] ?? 2
      if !isEmpty || taken.contains(unique) {
        repeat {
          unique = "\(made)_\(number)"
          number += 1
        } while taken.contains(unique)
        next[made] = number
      }
      taken.insert(unique)
      names.append(unique)
      if isEmpty {
        problems.report(.emptyName, line: line, column: column, "the column has no name; it is called \(unique)")
      } else {
        problems.report(
          .duplicateName, line: line, column: column, "another column is called \(name); this one is called \(unique)")
      }
    }
    self.names = names
  }
}
