internal import HoldfastCrypto

/// How far a space's log had come at a moment, signed by its hub: whoever has it can tell that nothing before it has been
/// taken away or changed.
struct AuditHead: Equatable, Sendable {
  let space: String
  let sequence: Int64
  /// The digest of the change with that sequence.
  let digest: [UInt8]
  let at: Moment
  let signature: [UInt8]

  /// Signs.
  init(
    of space: String, sequence: Int64, digest: [UInt8], at: Moment, by key: SigningKey
  ) throws(CryptoError) {
    (self.space, self.sequence, self.digest, self.at) = (space, sequence, digest, at)
    signature = try key.sign(Self.message(space, sequence, digest, at))
  }

  func isGenuine(by key: VerifyingKey) throws(CryptoError) -> Bool {
    try key.verifies(signature, of: Self.message(space, sequence, digest, at))
  }

  /// What is signed. Numbers are little-endian, 8 bytes; texts and bytes have their count before them.
  private static func message(_ space: String, _ sequence: Int64, _ digest: [UInt8], _ at: Moment) -> [UInt8] {
    var message = Array("holdfast audit head 1\n".utf8)
    message.append(counted: space)
    message.append(number: sequence)
    message.append(counted: digest)
    message.append(number: at.microseconds)
    return message
  }
}

extension AuditHead {
  /// As a line of the file of heads: sequence, digest, microseconds since 1970, signature, and the space's name in
  /// hexadecimal digits, as it may hold anything.
  var line: String { "\(sequence) \(hex(digest)) \(at.microseconds) \(hex(signature)) \(hex(space.utf8))" }

  /// Nil when the line is none.
  init?(line: some StringProtocol) {
    let fields = line.split(separator: " ", omittingEmptySubsequences: false)
    guard fields.count == 5, let sequence = Int64(fields[0]), let digest = bytes(hex: fields[1]),
      digest.count == SHA256.size, let time = Int64(fields[2]), let signature = bytes(hex: fields[3]),
      let name = bytes(hex: fields[4]), let space = String(validating: name, as: UTF8.self)
    else { return nil }
    (self.space, self.sequence, self.digest) = (space, sequence, digest)
    (at, self.signature) = (Moment(microseconds: time), signature)
  }
}
