/// Finds what may tell who somebody is: addresses of mail, numbers of phones, payment cards and bank accounts, and
/// addresses on the net.
///
/// Checked as far as they can be: cards by their prefix, length and Luhn's digit, accounts by their country's length
/// and the remainder by 97. What is found is told by its place and by a masked form, never in full. One pass over the
/// bytes, looking ahead and back by no more than a bounded number of them.
public struct PersonalDataChain: Chain {
  public let name = "personal-data"

  public init() {}

  /// How many there are of each kind, and where: `start` and `length` in bytes of UTF-8.
  public func analyze(_ text: String, into summary: inout PersonalDataSummary) -> [Finding] {
    var text = text
    return text.withUTF8 { bytes in
      let scanner = PersonalDataScanner(bytes)
      let matches = scanner.matches()
      summary.add(matches)
      var findings = [Finding("count", .integer(Int64(matches.count)))]
      for kind in PersonalDataKind.allCases {
        let count = matches.count { $0.kind == kind }
        if count > 0 { findings.append(Finding(kind.rawValue, .integer(Int64(count)))) }
      }
      let places = matches.prefix(Limits.personalPlaces).map { match in
        FindingValue.record([
          Finding("kind", .text(match.kind.rawValue)),
          Finding("start", .integer(Int64(match.range.lowerBound))),
          Finding("length", .integer(Int64(match.range.count))),
          Finding("masked", .text(scanner.masked(match))),
        ])
      }
      if !places.isEmpty { findings.append(Finding("places", .list(places))) }
      return findings
    }
  }
}

/// What may tell who somebody is.
public enum PersonalDataKind: String, Sendable, CaseIterable, Codable {
  case mail
  case phone
  case card
  case iban
  case ipv4
  case ipv6
}

/// One thing that was found, and its bytes.
struct PersonalDataMatch: Equatable {
  let kind: PersonalDataKind
  let range: Range<Int>
}
