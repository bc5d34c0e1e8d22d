internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastSync
internal import HoldfastWire

/// What tells whether two operations that come under one number are the same one.
///
/// An operation that waits in a file can be changed as long as it was not sent: something is added to it, or a newer
/// program brings it to its version. A copy of the file has it as it was before. Both are the operation of one opening of
/// the file under one number, which no two others are.
struct OperationForm: Equatable {
  enum Relation: Equatable {
    case same
    /// Nothing is in it that is not in the other.
    case contained
    /// It is the other with something added.
    case extended
    /// It has the number by mistake.
    case foreign
  }

  /// Of all that it says.
  private var hash: [UInt8]
  private var opening: UInt64 = 0
  private var revision: UInt32 = 0
  private var schema: UInt32 = 0

  init(_ operation: EntityOperation) {
    hash = SHA256.hash(operation.content)
    opening = operation.opening
    revision = operation.revision
    schema = operation.schema
  }

  /// - Parameter bytes: as stored: the hash, eight bytes of the opening, four each of revision and schema, the lowest
  ///   first. What was stored before openings had names is the hash alone.
  init(stored bytes: [UInt8]) {
    hash = Array(bytes.prefix(SHA256.size))
    var rest = bytes.dropFirst(SHA256.size)
    opening = Self.number(&rest)
    revision = Self.number(&rest)
    schema = Self.number(&rest)
  }

  /// The form with a hash by which only a holder of the key can compare a guess.
  func keyed(by identity: [UInt8]) throws(CryptoError) -> OperationForm {
    var form = self
    form.hash = try hmacSHA256(key: identity, message: hash)
    return form
  }

  var stored: [UInt8] { hash + Self.bytes(opening) + Self.bytes(revision) + Self.bytes(schema) }

  func relation(to other: OperationForm) -> Relation {
    if hash == other.hash { return .same }
    guard opening != 0, opening == other.opening else { return .foreign }
    if revision != other.revision { return revision < other.revision ? .contained : .extended }
    return schema == other.schema ? .foreign : .contained
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  private static func number<Number: FixedWidthInteger>(_ bytes: inout ArraySlice<UInt8>) -> Number {
    let own = bytes.prefix(Number.bitWidth / 8)
    bytes = bytes.dropFirst(own.count)
    return own.reversed().reduce(0) { $0 << 8 | Number($1) }
  }
}
