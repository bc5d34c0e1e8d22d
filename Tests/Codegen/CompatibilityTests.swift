import HoldfastCompiler
import Testing

/// Each rule with a change that breaks it, and changes that break nothing.
@Suite struct CompatibilityTests {
  struct Change: Sendable, CustomTestStringConvertible {
    let finding: String
    let old: String
    let new: String
    var testDescription: String { "\(finding): \(old) → \(new)" }

    init(_ finding: String, _ old: String, _ new: String) {
      self.finding = finding
      self.old = old
      self.new = new
    }
  }

  private static func message(_ finding: String, _ old: String, _ new: String) -> Change {
    let types = "enum E { 0: a }\nmessage P { 1: a bool }\nmessage Q { 1: a bool }\n"
    return Change(finding, types + "message M { \(old) }", types + "message M { \(new) }")
  }

  private static func service(_ finding: String, _ old: String, _ new: String) -> Change {
    let types = "message A { }\nmessage B { }\nerror X = 1 { }\nerror Y = 2 { }\n"
    return Change(finding, types + "service S = 1000 { \(old) }", types + "service S = 1000 { \(new) }")
  }

  /// Two versions of an entity.
  private static func entity(
    _ finding: String, _ old: String, _ new: String, merge: (String, String) = ("fields", "fields"),
    versions: (Int, Int) = (1, 2), types: (String, String) = ("note", "note")
  ) -> Change {
    let note = { (type: String, version: Int, merge: String, members: String) in
      "entity Note = \"\(type)\" version \(version) merge \(merge) { \(members) }"
    }
    return Change(
      finding, note(types.0, versions.0, merge.0, old), note(types.1, versions.1, merge.1, new))
  }

  static let breaking: [Change] = [
    message("wire field-type", "1: a string", "1: a int32"),
    message("wire field-type", "1: a int64", "1: a int32"),
    message("wire field-type", "1: a bytes", "1: a string"),
    message("wire field-type", "1: a int32", "1: a sint32"),
    message("wire field-type", "1: a P", "1: a Q"),
    message("wire field-type", "1: a map<string, bool>", "1: a map<int32, bool>"),
    message("source field-type", "1: a int32", "1: a int64"),
    message("source field-type", "1: a string", "1: a bytes"),
    message("wire field-label", "1: a string", "1: a [string]"),
    message("wire field-label", "1: a string?", "1: a [string]"),
    message("wire field-label", "1: a [string]", "1: a map<string, string>"),
    message("wire field-label", "1: a uint32", "1: a uint32 = 1"),
    message("source field-label", "1: a string", "1: a string?"),
    message("source field-label", "1: a set<string>", "1: a [string]"),
    message("wire field-default", "1: a uint32 = 1", "1: a uint32 = 2"),
    message("wire field-number", "1: a string", "2: a string"),
    message("wire field-number", "1: a string  2: b string", "2: a string  1: b string"),
    message("wire field-number-reuse", "1: a string", "1: b int32"),
    message("source field-renamed", "1: a string", "1: b string"),
    message("wire field-unreserved", "1: a string  2: b bool", "1: a string"),
    message("source field-removed", "1: a string  2: b bool", "1: a string  reserved 2, \"b\""),
    message("wire reserved-reused", "reserved 2", "2: b bool"),
    message("wire reserved-removed", "reserved 2, 5..9", "reserved 2, 5..8"),
    Change("wire enum-number", "enum E { 0: a  1: b }", "enum E { 0: a  2: b }"),
    Change("wire enum-unreserved", "enum E { 0: a  1: b }", "enum E { 0: a }"),
    Change("source enum-removed", "enum E { 0: a  1: b }", "enum E { 0: a  reserved 1 }"),
    Change("source enum-renamed", "enum E { 0: a  1: b }", "enum E { 0: a  1: c }"),
    Change("wire reserved-reused", "enum E { 0: a  reserved 1 }", "enum E { 0: a  1: b }"),
    Change("wire field-type", "union U { 1: a string }", "union U { 1: a bool }"),
    Change("source union-member-added", "union U { 1: a string }", "union U { 1: a string  2: b bool }"),
    Change("source type-removed", "message A { }\nmessage B { }", "message A { }"),
    Change("wire type-kind", "message A { 1: a bool }", "union A { 1: a bool }"),
    Change("source type-removed", "message A { message B { } }", "message A { }"),
    Change("wire error-number", "error X = 1 { }", "error X = 2 { }"),
    Change("source error-removed", "error X = 1 { }", ""),
    Change("wire service-number", "service S = 1000 { }", "service S = 1001 { }"),
    Change("wire service-removed", "service S = 1000 { }", ""),
    Change("source service-renamed", "service S = 1000 { }", "service T = 1000 { }"),
    service("wire call-number", "call a = 1 (A) -> B", "call a = 2 (A) -> B"),
    service("wire call-removed", "call a = 1 (A) -> B", "reserved 1"),
    service("source call-renamed", "call a = 1 (A) -> B", "call b = 1 (A) -> B"),
    service("wire call-request", "call a = 1 (A) -> B", "call a = 1 (B) -> B"),
    service("wire call-reply", "call a = 1 (A) -> B", "call a = 1 (A) -> A"),
    service("wire call-shape", "call a = 1 (A) -> B", "call a = 1 (A) -> stream B"),
    service("wire call-shape", "call a = 1 (stream A) -> B", "call a = 1 (A) -> B"),
    service("source call-errors", "call a = 1 (A) -> B throws X", "call a = 1 (A) -> B throws X, Y"),
    service("source call-errors", "call a = 1 (A) -> B throws X", "call a = 1 (A) -> B"),
    service("wire call-idempotency", "call a = 1 (A) -> B { idempotent }", "call a = 1 (A) -> B"),
    service("wire call-limit", "call a = 1 (A) -> B", "call a = 1 (A) -> B { request limit 1MiB }"),
    service(
      "wire call-limit", "call a = 1 (A) -> B { request limit 2MiB }", "call a = 1 (A) -> B { request limit 1MiB }"),
    entity("wire entity-type", "key id uuid  1: a bool", "key id uuid  1: a bool", types: ("note", "memo")),
    entity("wire entity-key", "key id uuid  1: a bool", "key id string  1: a bool"),
    entity("source entity-key", "key id uuid  1: a bool", "key name uuid  1: a bool"),
    entity("source entity-collection", "key id uuid  1: a bool", "key id uuid  1: a bool  collection others"),
    entity(
      "source entity-policy", "key id uuid  1: a bool { merge client }", "key id uuid  1: a bool { merge client }",
      merge: ("server", "client")),
    entity("source field-policy", "key id uuid  1: a bool", "key id uuid  1: a bool { merge client }"),
    entity(
      "wire field-policy", "key id uuid  1: a int64 { merge counter }", "key id uuid  1: a int64 { merge client }"),
    entity("wire field-type", "key id uuid  1: a string", "key id uuid  1: a int64"),
    entity("wire field-unreserved", "key id uuid  1: a bool  2: b bool", "key id uuid  1: a bool"),
    entity("wire entity-version", "key id uuid  1: a bool", "key id uuid  1: a bool", versions: (2, 1)),
    entity("wire entity-version", "key id uuid  1: a bool", "key id uuid  1: a bool  2: b bool", versions: (2, 2)),
    entity("wire entity-version", "key id uuid  1: a uuid", "key id uuid  1: a uuid  lane by a", versions: (2, 2)),
    entity("wire entity-version", "key id uuid  1: a uuid", "key id uuid  1: a uuid  subject by a", versions: (2, 2)),
    entity(
      "wire entity-upgrade", "key id uuid  1: a bool  reserved 2  upgrade 1 { drop 2 }",
      "key id uuid  1: a bool  reserved 2", versions: (2, 3)),
    entity(
      "wire entity-upgrade", "key id uuid  1: a bool  reserved 2  upgrade 1 { drop 2 }",
      "key id uuid  1: a bool  reserved 2  upgrade 1 { move 2 to 1 }", versions: (2, 3)),
    Change(
      "source entity-removed", "entity Note = \"note\" version 1 merge client { key id uuid  1: a bool }", ""),
    Change(
      "source entity-renamed", "entity Note = \"note\" version 1 merge client { key id uuid  1: a bool }",
      "entity Memo = \"note\" version 1 merge client { key id uuid  1: a bool  collection notes }"),
    Change(
      "wire type-kind", "entity Note = \"note\" version 1 merge client { key id uuid  1: a bool }",
      "message Note { 1: a bool }"),
  ]

  static let harmless: [Change] = [
    message("", "1: a string", "1: a string  2: b P?  3: c [E]"),
    message("", "1: a string", "1: a string { deprecated }"),
    message("", "1: a string  2: b bool", "2: b bool  1: a string"),
    message("", "reserved 5..8", "reserved 5..9, \"x\""),
    message("", "1: a uint32 = 1", "1: a uint32 = 1  2: b uint32 = 2"),
    Change("", "enum E { 0: a }", "enum E { 0: a  1: b }"),
    Change("", "message A { }", "/// Documented.\nmessage A { }\nmessage B { }\nenum E { 0: a }"),
    Change("", "error X = 1 { }", "error Y = 2 { }\nerror X = 1 { 1: a bool }"),
    service("", "call a = 1 (A) -> B", "call a = 1 (A) -> B\ncall b = 2 (stream A) -> stream B"),
    service("", "call a = 1 (A) -> B", "call a = 1 (A) -> B { idempotent  deadline 2s  priority low }"),
    service("", "call a = 1 (A) -> B { request limit 1MiB }", "call a = 1 (A) -> B { request limit 2MiB }"),
    entity("", "key id uuid  1: a bool", "key id uuid  1: a bool  2: b bool { merge client }"),
    entity("", "key id uuid  1: a bool", "/// A\nkey id uuid  1: a bool", versions: (1, 1)),
    entity("", "key id uuid  1: a uuid", "key id uuid  1: a uuid  lane by a"),
    entity("", "key id uuid  1: a bool", "key id uuid  1: a bool", merge: ("fields", "manual"), versions: (1, 1)),
    entity("", "key id uuid  1: a bool  reserved 2", "key id uuid  1: a bool  reserved 2  upgrade 1 { drop 2 }"),
    Change("", "service S = 1000 { }", "service S = 1000 { }\nservice T = 1001 { }"),
  ]

  private func findings(_ old: String, _ new: String) throws -> [String] {
    let old = try #require(Snippets.compile(old).schema)
    let new = try #require(Snippets.compile(new).schema)
    return new.incompatibilities(with: old).map { "\($0.impact.rawValue) \($0.rule)" }
  }

  @Test(arguments: breaking)
  func `a change that breaks is found`(_ change: Change) throws {
    let found = try findings("package notes\n" + change.old, "package notes\n" + change.new)
    #expect(!found.isEmpty && Set(found) == [change.finding], "\(found)")
  }

  @Test(arguments: breaking + harmless)
  func `what stays as it is breaks nothing`(_ change: Change) throws {
    #expect(try findings("package notes\n" + change.old, "package notes\n" + change.old) == [])
    #expect(try findings("package notes\n" + change.new, "package notes\n" + change.new) == [])
  }

  @Test(arguments: harmless)
  func `a change that old programs do not notice is allowed`(_ change: Change) throws {
    #expect(try findings("package notes\n" + change.old, "package notes\n" + change.new) == [])
  }

  @Test func `another package is one finding`() throws {
    let types =
      "message A { 1: b B }\nmessage B { }\nerror X = 1 { }\nservice S = 1000 { call a = 1 (A) -> B throws X }"
    #expect(try findings("package notes\n" + types, "package memos\n" + types) == ["wire package"])
  }

  @Test func `an error or service that takes another's number is found`() throws {
    #expect(
      try findings("package a\nerror X = 1 { }", "package a\nerror Y = 1 { }") == [
        "source error-removed", "wire error-number-reuse",
      ])
    let old = "package a\nmessage A { }\nservice S = 1000 { call a = 1 (A) -> A }"
    let new = "package a\nmessage A { }\nservice T = 1000 { call a = 2 (A) -> A }"
    #expect(try findings(old, new) == ["wire service-number-reuse"])
  }

  @Test func `a finding says what, where and why`() throws {
    let old = try #require(Snippets.inPackage("message Draft { 1: title string }").schema)
    let new = try #require(Snippets.inPackage("message Draft { }").schema)
    #expect(
      new.incompatibilities(with: old).map(\.description) == [
        "notes.rpc: wire: notes.Draft.title: the field is gone and its number is not reserved: `reserved 1` "
          + "[field-unreserved]"
      ])
  }
}
