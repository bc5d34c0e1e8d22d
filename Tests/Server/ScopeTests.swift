import Testing

@testable import HoldfastServer

struct `Scopes` {
  @Test func `nothing is allowed by default`() {
    #expect(!Scope.nothing.allows(.read, space: "notes"))
    #expect(!Scope.nothing.allows(.write, space: ""))
    #expect(!Scope.nothing.isAdmin)
  }

  @Test(arguments: [
    ("notes", "notes", true), ("notes", "notes2", false), ("notes", "Notes", false), ("team-*", "team-a", true),
    ("team-*", "team-", true), ("team-*", "team", false), ("*", "", true), ("*", "x", true), ("", "", true),
    ("a*b", "a*b", true), ("a*b", "axb", false), ("e\u{301}", "\u{E9}", false),
  ])
  func `a pattern is a name or the beginning of one`(_ pattern: String, _ space: String, _ matches: Bool) {
    #expect(SpacePattern(pattern).matches(space) == matches)
  }

  @Test func `writing needs more than reading`() {
    let reader = Scope(spaces: [SpacePattern("notes")])
    #expect(reader.allows(.read, space: "notes"))
    #expect(!reader.allows(.write, space: "notes"))
    let writer = Scope(spaces: [SpacePattern("notes")], canWrite: true)
    #expect(writer.allows(.write, space: "notes"))
    #expect(!writer.allows(.write, space: "other"))
  }

  @Test func `services are all, or those named`() {
    #expect(Scope.nothing.allows(service: "holdfast.hub.Hub"))
    let scope = Scope(services: ["Persistence"])
    #expect(scope.allows(service: "holdfast.persistence.Persistence"))
    #expect(scope.allows(service: "Persistence"))
    #expect(!scope.allows(service: "holdfast.hub.Hub"))
  }

  @Test func `nobody gives away more than they have`() {
    let team = Scope(spaces: [SpacePattern("team-*")], services: ["Persistence", "Hub"], canWrite: true)
    #expect(Scope.everything.covers(team))
    #expect(!team.covers(.everything))
    #expect(team.covers(Scope(spaces: [SpacePattern("team-a"), SpacePattern("team-b*")], services: ["Hub"])))
    #expect(!team.covers(Scope(spaces: [SpacePattern("team-a")])))
    #expect(!team.covers(Scope(spaces: [SpacePattern("te*")], services: ["Hub"])))
    #expect(!team.covers(Scope(spaces: [SpacePattern("team-a")], services: ["Hub"], isAdmin: true)))
    #expect(!Scope(spaces: [SpacePattern("*")]).covers(Scope(canWrite: true)))
  }
}

struct `Token texts` {
  @Test func `thirty-two bytes become forty-six letters`() {
    let token = TokenText(random: [UInt8](repeating: 0xFF, count: 32))
    #expect(token.text == "hf_" + String(repeating: "_", count: 42) + "8")
    #expect(TokenText(random: Array(0..<32)).text == "hf_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
    #expect(TokenText(token.text) == token)
  }

  @Test(arguments: [
    "", "hf_", "xx_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "hf_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh!",
  ])
  func `other texts are no tokens`(_ text: String) {
    #expect(TokenText(text) == nil)
  }

  @Test func `a token does not show itself`() {
    let token = TokenText(random: [UInt8](repeating: 7, count: 32))
    #expect(!"\(token)".contains(token.text.dropFirst(8)))
    var dumped = ""
    dump(token, to: &dumped)
    #expect(!dumped.contains(token.text.dropFirst(8)))
    #expect(!String(reflecting: token).contains(token.text.dropFirst(8)))
  }
}
