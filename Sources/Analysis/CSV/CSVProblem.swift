/// Something in a file that is not as it should be. Reading goes on, and nothing is guessed away.
public struct CSVProblem: Sendable, Equatable, Codable, CustomStringConvertible {
  public enum Kind: String, Sendable, Equatable, Codable, CaseIterable {
    /// A record with fewer or more fields than the first; it is given as it stands.
    case fewerFields, moreFields
    /// A line without anything, which is no record where there is more than one column.
    case emptyLine
    /// A quote within a field that does not begin with one: part of the field.
    case strayQuote
    /// Text after the quote that closes a field: part of the field, without that quote.
    case textAfterQuote
    /// A quote that nothing closes: all that follows it is one field. The line is that of the quote.
    case unclosedQuote
    /// An escape with nothing after it: part of the field.
    case danglingEscape
    /// Bytes that are no character of the encoding: part of the field, as they are.
    case badBytes
    /// A NUL: part of the field.
    case nul
    /// A field over the limit for a field, or for its record: the beginning is kept.
    case fieldCut
    /// More fields than a record may have: the rest is left out.
    case tooManyFields
    /// A column without a name, or with one that another has: it is given one, see ``CSVHeader``.
    case emptyName, duplicateName
  }

  public var kind: Kind
  /// Of the file, from 1, where the problem is; of records that are ragged or cut, where they begin.
  public var line: Int
  /// From 0, where it is known.
  public var column: Int?
  /// What was found, and what was made of it.
  public var detail: String

  public var description: String {
    "line \(line)" + (column.map { ", column \($0 + 1)" } ?? "") + ": \(detail)"
  }
}

/// The problems of a file: how many of each kind, and the first of each with their lines.
public struct CSVProblems: Sendable, Equatable, Codable {
  /// The first ones of each kind, in the order of the file.
  public private(set) var first: [CSVProblem] = []
  private var counts: [String: Int] = [:]
  private let keptPerKind: Int

  init(keptPerKind: Int) {
    self.keptPerKind = keptPerKind
  }

  /// How many there were, of one kind or of all.
  public func count(of kind: CSVProblem.Kind) -> Int { counts[kind.rawValue] ?? 0 }
  public var count: Int { counts.values.reduce(0, +) }
  public var isEmpty: Bool { counts.isEmpty }

  mutating func report(_ kind: CSVProblem.Kind, line: Int, column: Int? = nil, _ detail: @autoclosure () -> String) {
    let before = count(of: kind)
    counts[kind.rawValue] = before + 1
    guard before < keptPerKind else { return }
    first.append(CSVProblem(kind: kind, line: line, column: column, detail: detail()))
  }

  /// Takes in the problems of a later part of the same file.
  public mutating func merge(_ later: Self) {
    for problem in later.first where first.count(where: { $0.kind == problem.kind }) < keptPerKind {
      first.append(problem)
    }
    counts.merge(later.counts, uniquingKeysWith: +)
  }
}
