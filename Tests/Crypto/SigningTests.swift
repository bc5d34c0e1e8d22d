import HoldfastCrypto
import Testing

@Suite("Signatures")
struct SigningTests {
  /// RFC 8032, section 7.1: secret key, public key, message, signature.
  private static let vectors: [(seed: String, key: String, message: String, signature: String)] = [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
  ]

  @Test("The examples of the standard", arguments: 0..<vectors.count)
  func examples(_ number: Int) throws {
    let vector = Self.vectors[number]
    let key = try SigningKey(bytes(vector.seed))
    #expect(key.verifyingKey.bytes == bytes(vector.key))
    #expect(try key.sign(bytes(vector.message)) == bytes(vector.signature))
    #expect(try key.verifyingKey.verifies(bytes(vector.signature), of: bytes(vector.message)))
  }

  @Test("Another message, signature or key is not taken")
  func others() throws {
    let key = try SigningKey.random()
    let signature = try key.sign([1, 2, 3])
    #expect(try key.verifyingKey.verifies(signature, of: [1, 2, 3]))
    #expect(try !key.verifyingKey.verifies(signature, of: [1, 2, 4]))
    for place in [0, 31, 32, 63] {
      var other = signature
      other[place] ^= 1
      #expect(try !key.verifyingKey.verifies(other, of: [1, 2, 3]))
    }
    #expect(try !key.verifyingKey.verifies(Array(signature.dropLast()), of: [1, 2, 3]))
    #expect(try !SigningKey.random().verifyingKey.verifies(signature, of: [1, 2, 3]))
  }

  @Test("A key of another length is refused")
  func lengths() {
    #expect(throws: CryptoError.self) { try SigningKey([UInt8](repeating: 1, count: 31)) }
    #expect(throws: CryptoError.self) { try VerifyingKey([]) }
  }

  private func bytes(_ text: String) -> [UInt8] {
    let digits = text.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
