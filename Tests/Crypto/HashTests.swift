import HoldfastCrypto
import Testing

struct `Hashes and texts` {
  @Test func `SHA-256 gives what FIPS 180-4 gives`() throws {
    #expect(hex(SHA256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(hex(SHA256.hash(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let million = [UInt8](repeating: 0x61, count: 1_000_000)
    #expect(hex(SHA256.hash(million)) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `a message in pieces has the hash of the whole`() throws {
    let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for size in [1, 3, 63, 64, 65, 1000] {
      var hash = try SHA256()
      for start in stride(from: 0, to: message.count, by: size) {
        hash.update(Array(message[start..<min(start + size, message.count)]))
      }
      let pieces = hash.finish()
      #expect(pieces == SHA256.hash(message))
    }
    let nothing = try SHA256().finish()
    #expect(nothing == SHA256.hash([]))
  }

  @Test func `HMAC gives what RFC 4231 gives`() throws {
    let code = try hmacSHA256(key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8))
    #expect(hex(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let long = try hmacSHA256(
      key: [UInt8](repeating: 0xaa, count: 131),
      message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
    #expect(hex(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    #expect(try hmacSHA256(key: [], message: []).count == 32)
  }

  @Test func `secrets are equal or not`() {
    #expect(constantTimeEquals([], []))
    #expect(constantTimeEquals([1, 2, 3], [1, 2, 3]))
    #expect(!constantTimeEquals([1, 2, 3], [1, 2, 4]))
    #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
  }

  @Test func `random bytes are as many as asked for and not the same twice`() throws {
    #expect(try Random.bytes(0) == [])
    #expect(try Random.bytes(-1) == [])
    let first = try Random.bytes(32)
    #expect(first.count == 32)
    #expect(try Random.bytes(32) != first)
  }

  @Test(arguments: [("", ""), ("00", "AA"), ("ff", "_w"), ("fbff", "-_8"), ("666f6f", "Zm9v"), ("666f6f62", "Zm9vYg")])
  func `bytes are written and read as hex and as base64url`(_ digits: String, _ text: String) throws {
    let value = try #require(bytes(hex: digits))
    #expect(hex(value) == digits)
    #expect(bytes(hex: digits.uppercased()) == value)
    #expect(base64URL(value) == text)
    #expect(bytes(base64URL: text) == value)
  }

  @Test func `any bytes come back from base64url`() throws {
    for count in 0..<100 {
      let value = try Random.bytes(count)
      #expect(bytes(base64URL: base64URL(value)) == value)
      #expect(bytes(hex: hex(value)) == value)
    }
  }

  @Test(arguments: ["0", "0g", "0x00", " 00", "é"])
  func `what is not hex is nothing`(_ text: String) {
    #expect(bytes(hex: text) == nil)
  }

  @Test(arguments: ["A", "AB", "AAA=", "A+AA", "A/AA", "AA AA", "AAB", "_x", "é"])
  func `what is not base64url, or says the same in another way, is nothing`(_ text: String) {
    #expect(bytes(base64URL: text) == nil)
  }
}
