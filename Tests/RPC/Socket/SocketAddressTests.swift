import Testing

@testable import HoldfastRPC

struct `Socket addresses` {
  @Test(
    arguments: [
      ("hub.example:7070", "hub.example", 7070),
      ("192.0.2.1:1", "192.0.2.1", 1),
      ("[::1]:443", "::1", 443),
      ("[2001:db8::7]:65535", "2001:db8::7", 65535),
      (":0", "", 0),
    ] as [(String, String, UInt16)])
  func `an address is read and printed alike`(_ text: String, _ host: String, _ port: UInt16) throws {
    let address = try #require(SocketAddress(text))
    #expect(address == SocketAddress(host: host, port: port))
    #expect(address.description == text)
  }

  @Test(arguments: [
    "", "hub", "hub:", "hub:x", "hub:-1", "hub:+1", "hub:65536", "hub: 1", "::1", "::1:80", "[::1]", "[]:80",
    "[hub]:80",
    "a[b]:80", "[[::1]]:80", "hu b:80", "h\0:80", "hüb:80", String(repeating: "a", count: 256) + ":80",
  ])
  func `anything else is not an address`(_ text: String) {
    #expect(SocketAddress(text) == nil)
  }

  @Test func `numeric addresses are resolved without asking anybody`() throws {
    for text in ["127.0.0.1:80", "[::1]:443"] {
      let address = try #require(SocketAddress(text))
      let found = try ResolvedAddress.resolve(address, onlyNumeric: true)
      #expect(found.map(\.socketAddress) == [address])
    }
    #expect(throws: SystemError.self) {
      try ResolvedAddress.resolve(SocketAddress(host: "localhost", port: 1), onlyNumeric: true)
    }
  }
}
