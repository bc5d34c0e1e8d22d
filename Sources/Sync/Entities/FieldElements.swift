package import HoldfastWire

/// What the bytes of a field hold, for fields of one kind.
///
/// A field is a list of elements here, a plain one a list of one. Elements are compared and ordered by their bytes or
/// bits, never by what Swift holds to be equal.
package protocol FieldElements: SendableMetatype {
  /// The field in canonical form: shortest varints, numbers of a list packed. A plain field has one element.
  static func canonical(_ bytes: [UInt8], of field: UInt32, many: Bool) throws(MessageDecodingError) -> [UInt8]

  /// The elements of both, each once, in ascending order.
  static func union(_ left: [UInt8], _ right: [UInt8], of field: UInt32) throws(MessageDecodingError) -> [UInt8]

  /// The elements of `left` that are not in `right`, each once, in ascending order.
  static func subtracting(_ right: [UInt8], from left: [UInt8], of field: UInt32) throws(MessageDecodingError)
    -> [UInt8]

  /// The elements of `left`, then those of `right`.
  static func joined(_ left: [UInt8], _ right: [UInt8], of field: UInt32) throws(MessageDecodingError) -> [UInt8]

  /// What `list` holds after the elements of `start`; nil when it does not begin with them.
  static func rest(of list: [UInt8], after start: [UInt8], of field: UInt32) throws(MessageDecodingError) -> [UInt8]?

  /// The elements.
  static func values(in bytes: [UInt8], of field: UInt32, many: Bool) throws(MessageDecodingError) -> [FieldValue]

  /// A field of these elements; nil when one of them is of another kind or too large.
  static func bytes(of values: [FieldValue], in field: UInt32, many: Bool) -> [UInt8]?
}

/// What a counter is made of: whole numbers, which wrap around at the ends of their type, so that increments add up to
/// the same in any order.
package protocol CounterElements: FieldElements {
  /// The number in the field, increased. A counter that comes to zero has no value.
  static func adding(_ amount: Int64, to bytes: [UInt8], of field: UInt32) throws(MessageDecodingError) -> [UInt8]

  /// What has to be added to `old` to get `new`.
  static func difference(from old: [UInt8], to new: [UInt8], of field: UInt32) throws(MessageDecodingError) -> Int64
}

/// How the elements of one kind are read, compared and written.
protocol ElementCoding {
  associatedtype Value: FieldElement

  /// Whether a field with this wire type holds elements; packed numbers do only in lists.
  static func takes(_ wireType: UInt32, many: Bool) -> Bool
  static func precedes(_ left: Value, _ right: Value) -> Bool
  static func read(_ values: inout [Value], tag: UInt32, from reader: inout MessageReader) throws(MessageDecodingError)
  static func size(_ values: [Value], field: Int, many: Bool) -> Int
  static func write(_ values: [Value], field: Int, many: Bool, into writer: inout MessageWriter)
}

/// Elements of one kind.
enum Elements<Coding: ElementCoding>: FieldElements {
  typealias List = ElementList<Coding>

  static func canonical(_ bytes: [UInt8], of field: UInt32, many: Bool) throws(MessageDecodingError) -> [UInt8] {
    if bytes.isEmpty { return [] }
    let list = try List(bytes, of: field, many: many)
    guard many || list.values.count == 1 else {
      throw MessageDecodingError(.malformed, "\(list.values.count) values in a field that is no list", path: [field])
    }
    return list.encoded()
  }

  static func union(_ left: [UInt8], _ right: [UInt8], of field: UInt32) throws(MessageDecodingError) -> [UInt8] {
    var list = try List(left, of: field)
    list.values = sorted(list.values + (try List(right, of: field)).values)
    return list.encoded()
  }

  static func subtracting(_ right: [UInt8], from left: [UInt8], of field: UInt32) throws(MessageDecodingError)
    -> [UInt8]
  {
    var list = try List(left, of: field)
    var gone = sorted(try List(right, of: field).values)[...]
    list.values = sorted(list.values).filter { value in
      while let first = gone.first, Coding.precedes(first, value) { gone.removeFirst() }
      return gone.first.map { Coding.precedes(value, $0) } ?? true
    }
    return list.encoded()
  }

  static func joined(_ left: [UInt8], _ right: [UInt8], of field: UInt32) throws(MessageDecodingError) -> [UInt8] {
    var list = try List(left, of: field)
    list.values += try List(right, of: field).values
    return list.encoded()
  }

  static func rest(of list: [UInt8], after start: [UInt8], of field: UInt32) throws(MessageDecodingError) -> [UInt8]? {
    var whole = try List(list, of: field)
    let first = try List(start, of: field).values
    let isStart = { (value: Coding.Value, other: Coding.Value) in
      !Coding.precedes(value, other) && !Coding.precedes(other, value)
    }
    guard whole.values.starts(with: first, by: isStart) else { return nil }
    whole.values.removeFirst(first.count)
    return whole.encoded()
  }

  /// In ascending order, each once.
  private static func sorted(_ values: [Coding.Value]) -> [Coding.Value] {
    var distinct: [Coding.Value] = []
    for value in values.sorted(by: Coding.precedes) {
      if let last = distinct.last, !Coding.precedes(last, value) { continue }
      distinct.append(value)
    }
    return distinct
  }
}

/// A message of nothing but one field.
struct ElementList<Coding: ElementCoding>: Message {
  static var messageName: String { "" }

  /// The number of the field.
  private var field: UInt32 = 0
  private var many = true
  var values: [Coding.Value] = []
  var unknownFields = UnknownFields()

  init() {}

  /// A list without elements, or a field that is none.
  init(of field: UInt32, many: Bool = true) {
    self.field = field
    self.many = many
  }

  /// Takes the field apart; records of another number or wire type are faults.
  init(_ bytes: [UInt8], of field: UInt32, many: Bool = true) throws(MessageDecodingError) {
    self.init(of: field, many: many)
    try merge(decoding: bytes)
  }

  var encodedSize: Int { Coding.size(values, field: Int(field), many: many) }

  func encode(into writer: inout MessageWriter) {
    Coding.write(values, field: Int(field), many: many, into: &writer)
  }

  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    while true {
      let tag = try reader.nextTag()
      if tag == 0 { return }
      guard tag >> 3 == field, Coding.takes(tag & 7, many: many) else {
        throw MessageDecodingError(
          .malformed, "a record of field \(tag >> 3), wire type \(tag & 7), among those of field \(field)",
          path: [field])
      }
      try Coding.read(&values, tag: tag, from: &reader)
    }
  }
}
