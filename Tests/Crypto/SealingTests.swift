import Testing

@testable import HoldfastCrypto

@Suite struct SealingTests {
  private func bytes(_ text: String) throws -> [UInt8] {
    let bytes = HoldfastCrypto.bytes(hex: text)
    return try #require(bytes)
  }

  /// Test cases 13 to 16 of the specification of GCM by McGrew and Viega.
  @Test(arguments: [
    ("", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    (
      "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
    ),
  ])
  func `the standard's examples`(_ key: String, _ message: String, _ context: String, _ sealed: String) throws {
    let nonce = key.isEmpty ? [UInt8](repeating: 0, count: 12) : try bytes("cafebabefacedbaddecaf888")
    let key = try SealingKey(key.isEmpty ? [UInt8](repeating: 0, count: 32) : bytes(key))
    let found = try key.seal(bytes(message), context: bytes(context), nonce: nonce)
    #expect(hex(found) == hex(nonce) + sealed)
    #expect(try key.open(found, context: bytes(context)) == bytes(message))
  }

  @Test func `what is sealed is opened with the same key and context only, and when no bit has changed`() throws {
    let key = try SealingKey.random()
    let message = Array("a message".utf8)
    let sealed = try key.seal(message, context: [1])
    #expect(sealed.count == message.count + SealingKey.overhead)
    #expect(try key.open(sealed, context: [1]) == message)
    #expect(try key.open(sealed, context: [2]) == nil)
    #expect(try SealingKey.random().open(sealed, context: [1]) == nil)
    for place in sealed.indices {
      var changed = sealed
      changed[place] ^= 0x80
      #expect(try key.open(changed, context: [1]) == nil)
    }
    for size in 0..<sealed.count { #expect(try key.open(Array(sealed[..<size]), context: [1]) == nil) }
    #expect(try key.seal(message, context: [1]) != sealed, "a nonce is used once")
  }

  @Test func `an envelope opens with its key and context only, and when no bit has changed`() throws {
    let key = try SealingKey.random()
    for message in [[], Array("a message".utf8)] {
      let envelope = try Envelope.seal(message, by: key, context: [1])
      #expect(envelope.count == message.count + Envelope.overhead)
      #expect(try Envelope.open(envelope, by: key, context: [1]) == message)
      #expect(try Envelope.open(envelope, by: key, context: [2]) == nil)
      #expect(try Envelope.open(envelope, by: .random(), context: [1]) == nil)
      for place in envelope.indices {
        var changed = envelope
        changed[place] ^= 1
        #expect(try Envelope.open(changed, by: key, context: [1]) == nil)
      }
      for size in envelope.indices {
        #expect(try Envelope.open(Array(envelope[..<size]), by: key, context: [1]) == nil)
      }
    }
  }

  @Test func `an envelope's key is changed, and its body stays`() throws {
    let (old, new) = (try SealingKey.random(), try SealingKey.random())
    let envelope = try Envelope.seal([1, 2, 3], by: old, context: [9])
    let changed = try #require(try Envelope.changed(envelope, from: old, to: new, context: [9]))
    #expect(try Envelope.open(changed, by: new, context: [9]) == [1, 2, 3])
    #expect(try Envelope.open(changed, by: old, context: [9]) == nil)
    #expect(changed[Envelope.headBytes...] == envelope[Envelope.headBytes...])
    #expect(try Envelope.changed(envelope, from: new, to: old, context: [9]) == nil)
    #expect(try Envelope.changed(envelope, from: old, to: new, context: [8]) == nil)
  }

  @Test func `a key has 32 bytes`() {
    #expect(throws: CryptoError.self) { try SealingKey([1, 2, 3]) }
  }

  /// RFC 7914, section 12.
  @Test func `a passphrase becomes the key that the standard says`() throws {
    let key = try KeyDerivation.scrypt(
      "pleaseletmein", salt: Array("SodiumChloride".utf8), cost: .init(rounds: 16384, blockSize: 8, lanes: 1), count: 64
    )
    #expect(
      hex(key)
        == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    )
    #expect(throws: CryptoError.self) {
      try KeyDerivation.scrypt("a", salt: [], cost: .init(rounds: 1 << 40, blockSize: 8, lanes: 1))
    }
    #expect(throws: CryptoError.self) {
      try KeyDerivation.scrypt("a", salt: [], cost: .init(rounds: 3, blockSize: 8, lanes: 1))
    }
  }

  /// RFC 5869, test cases 1 and 3.
  @Test func `a secret becomes the key that the standard says`() throws {
    let secret = [UInt8](repeating: 0x0b, count: 22)
    let key = try KeyDerivation.hkdf(
      secret, salt: bytes("000102030405060708090a0b0c"), info: bytes("f0f1f2f3f4f5f6f7f8f9"), count: 42)
    #expect(hex(key) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    let other = try KeyDerivation.hkdf(secret, salt: [], info: [], count: 42)
    #expect(hex(other) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    #expect(throws: CryptoError.self) { try KeyDerivation.hkdf(secret, salt: [], info: [], count: 8161) }
  }
}
