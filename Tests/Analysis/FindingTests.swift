import FoundationEssentials
import HoldfastAnalysis
import Testing

struct `Findings` {
  @Test func `of each kind are the same after their coding`() throws {
    let findings = [
      Finding("label", .text("ünïcode \u{0} \n")), Finding("share", .number(0.1)), Finding("least", .integer(.min)),
      Finding("is_long", .bool(false)), Finding("none", .list([])),
      Finding("top", .list([.record([Finding("text", .text("a")), Finding("count", .integer(3))])])),
    ]
    let coded = try JSONEncoder().encode(findings)
    #expect(try JSONDecoder().decode([Finding].self, from: coded) == findings)
  }
}
