import FoundationEssentials
import Testing

@testable import HoldfastAnalysis

@Suite struct ColumnProfileTests {
  /// Values of which some are frequent, in an order that a seed gives.
  private static func skewed(_ count: Int, seed: UInt64) -> [String] {
    var random = SeededGenerator(state: seed)
    return (0..<count).map { _ in
      let steep = 1 / (1 - Double.random(in: 0..<1, using: &random) * 0.999_9)
      return "value \(Int(steep * steep))"
    }
  }

  @Test func `frequent values are never counted too high, nor too low by more than the error`() {
    let fields = Self.skewed(60_000, seed: 1)
    var exact: [String: Int] = [:]
    for field in fields { exact[field, default: 0] += 1 }
    #expect(exact.count > 512)
    let (first, second) = (Array(fields[..<25_000]), Array(fields[25_000...]))
    var merged = ColumnProfile(first)
    #expect(throws: Never.self) { try merged.merge(ColumnProfile(second, from: 25_000)) }
    for profile in [ColumnProfile(fields), merged] {
      let error = profile.frequent.error
      #expect(error > 0)
      #expect(error <= 60_000 / 128)
      let counted = Dictionary(
        uniqueKeysWithValues: profile.frequent.entries.compactMap { entry in
          entry.text.map { (String(decoding: $0, as: UTF8.self), entry.count) }
        })
      for (text, count) in counted { #expect((count...count + error).contains(exact[text] ?? 0), "\(text)") }
      for (text, count) in exact where count > error { #expect(counted[text] != nil, "\(text): \(count)") }
      #expect(profile.report.frequent.first?.text == "value 1")
    }
  }

  @Test func `few values are counted exactly, and their entropy is that of the definition`() {
    let fields = (0..<1_000).map { ["a", "a", "b", "c"][$0 % 4] }
    let report = ColumnProfile(fields).report
    #expect(report.frequent.first?.text == "a")
    #expect(Set(report.frequent.map(\.text)) == ["a", "b", "c"])
    #expect(report.frequent.map(\.count) == [500, 250, 250])
    #expect(report.entropyBits == 1.5)
    #expect(report.isEntropyExact)
    #expect(report.distinct == DistinctReport(count: 3, isExact: true, standardError: 0))
  }

  @Test func `values that all differ have nearly all the entropy there can be`() {
    let report = ColumnProfile((0..<50_000).map { "value \($0)" }).report
    #expect(abs(report.entropyBits - 15.61) < 0.05)
    #expect(!report.isEntropyExact)
    #expect(report.frequent.isEmpty)
  }

  @Test func `profiles of parts make that of one pass`() throws {
    var random = SeededGenerator(state: 9)
    let fields: [String?] = (0..<9_000).map { row in
      switch Int.random(in: 0...5, using: &random) {
      case 0: ""
      case 1: "\(Double.random(in: 0...9, using: &random))"
      case 2: "01.02.20\(10 + row % 90)"
      case 3: nil
      case 4: "NULL"
      default: "some words of row \(row), ünd möre"
      }
    }
    let whole = ColumnProfile(fields)
    var merged = ColumnProfile([])
    for start in [6_000, 0, 3_000] {
      try merged.merge(ColumnProfile(Array(fields[start..<start + 3_000]), from: start))
    }
    #expect(merged.kinds == whole.kinds)
    #expect(merged.notations == whole.notations)
    #expect(merged.nullWords == whole.nullWords)
    #expect(merged.characters == whole.characters)
    #expect(merged.bytes == whole.bytes)
    #expect(merged.samples == whole.samples)
    #expect(merged.texts == whole.texts)
    #expect(merged.distinct.estimate == whole.distinct.estimate)
    #expect(merged.report.textScore == whole.report.textScore)
    #expect(merged.report.type == whole.report.type)
  }

  @Test func `samples are the same for the same rows, and spread over all of them`() {
    let fields = (0..<20_000).map { "\($0)" }
    let samples = ColumnProfile(fields).report.samples
    #expect(samples == ColumnProfile(fields).report.samples)
    #expect(samples.count == 20)
    let mean = samples.compactMap { Int($0) }.reduce(0, +) / 20
    #expect((5_000...15_000).contains(mean))
  }

  @Test func `a decoded profile goes on as if nothing had been in between`() throws {
    let fields = Self.skewed(30_000, seed: 4) + (0..<40_000).map { "\($0).5" } + ["2024-01-31", "", "NA"]
    let (first, second) = (Array(fields[..<50_000]), Array(fields[50_000...]))
    var profile = ColumnProfile(first)
    var decoded = try JSONDecoder().decode(ColumnProfile.self, from: try JSONEncoder().encode(profile))
    #expect(decoded.report == profile.report)
    profile.add(second, from: 50_000)
    decoded.add(second, from: 50_000)
    #expect(decoded.report == profile.report)
  }

  @Test func `a damaged checkpoint is refused`() throws {
    let profile = ColumnProfile((0..<5_000).map { "\($0)" })
    let text = String(decoding: try JSONEncoder().encode(profile), as: UTF8.self)
    let changes = [
      ("\"precision\":14", "\"precision\":60"), ("\"lowest\":0", "\"lowest\":63"), ("\"room\":512", "\"room\":-1"),
      ("\"count\":5000", "\"count\":-5"), ("\"registers\":\"", "\"registers\":\"////"),
    ]
    for (found, put) in changes {
      #expect(text.contains(found))
      let damaged = text.replacing(found, with: put)
      #expect(throws: DecodingError.self, "\(put)") {
        try JSONDecoder().decode(ColumnProfile.self, from: Array(damaged.utf8).withUnsafeBytes { Data($0) })
      }
    }
    let short = text.replacing("\"kinds\":[", with: "\"kinds\":[1,")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ColumnProfile.self, from: Array(short.utf8).withUnsafeBytes { Data($0) })
    }
  }

  @Test func `columns that are not the same do not merge`() {
    var profile = ColumnProfile(["a"], name: "a")
    #expect(throws: ProfileMismatch.self) { try profile.merge(ColumnProfile(["b"], name: "b")) }
    #expect(throws: ProfileMismatch.self) { try profile.merge(ColumnProfile(["b"], name: "a", detail: .least)) }
  }

  @Test func `long values are kept up to a whole character`() {
    let field = String(repeating: "é", count: 100_000)
    let report = ColumnProfile([field, "a" + field]).report
    #expect(report.characters?.greatest == 100_001)
    #expect(report.bytes?.greatest == 200_001)
    for sample in report.samples {
      #expect(sample.utf8.count <= 256)
      #expect(!sample.unicodeScalars.contains("\u{FFFD}"))
    }
  }
}
