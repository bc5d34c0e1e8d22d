/// How much of what kind was found in how many texts. Nothing of the texts themselves.
public struct PersonalDataSummary: ChainSummary, Equatable {
  public private(set) var texts: UInt64 = 0
  /// Texts in which there was anything.
  public private(set) var textsWithAny: UInt64 = 0
  private var counts: [PersonalDataKind: Count] = [:]

  public struct Count: Codable, Sendable, Equatable {
    public fileprivate(set) var found: UInt64 = 0
    /// Texts in which there was at least one.
    public fileprivate(set) var texts: UInt64 = 0
  }

  public init() {}

  public subscript(_ kind: PersonalDataKind) -> Count { counts[kind] ?? Count() }

  mutating func add(_ matches: [PersonalDataMatch]) {
    texts.addSaturating(1)
    if !matches.isEmpty { textsWithAny.addSaturating(1) }
    for kind in PersonalDataKind.allCases {
      let found = matches.count { $0.kind == kind }
      guard found > 0 else { continue }
      counts[kind, default: Count()].found.addSaturating(UInt64(found))
      counts[kind, default: Count()].texts.addSaturating(1)
    }
  }

  public mutating func merge(_ other: PersonalDataSummary) {
    texts.addSaturating(other.texts)
    textsWithAny.addSaturating(other.textsWithAny)
    for (kind, count) in other.counts {
      counts[kind, default: Count()].found.addSaturating(count.found)
      counts[kind, default: Count()].texts.addSaturating(count.texts)
    }
  }

  public var findings: [Finding] {
    var findings = [
      Finding("texts", .integer(Int64(clamping: texts))),
      Finding("texts_with_any", .integer(Int64(clamping: textsWithAny))),
    ]
    for kind in PersonalDataKind.allCases {
      guard let count = counts[kind] else { continue }
      findings.append(
        Finding(
          kind.rawValue,
          .record([
            Finding("count", .integer(Int64(clamping: count.found))),
            Finding("texts", .integer(Int64(clamping: count.texts))),
          ])))
    }
    return findings
  }
}
