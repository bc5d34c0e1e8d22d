import HoldfastContract
import HoldfastWire

/// Elements that have a tag each, also in lists.
enum Tagged<Coding: OrderedCoding>: ElementCoding where Coding.Value: FieldElement {
  typealias Value = Coding.Value

  static func takes(_ wireType: UInt32, many: Bool) -> Bool { wireType == Coding.wireType.rawValue }
  static func precedes(_ left: Value, _ right: Value) -> Bool { Coding.precedes(left, right) }

  static func read(_ values: inout [Value], tag: UInt32, from reader: inout MessageReader) throws(MessageDecodingError)
  {
    try Coding.readList(&values, tag: tag, from: &reader)
  }

  static func size(_ values: [Value], field: Int, many: Bool) -> Int { Coding.sizeList(values, field: field) }

  static func write(_ values: [Value], field: Int, many: Bool, into writer: inout MessageWriter) {
    Coding.writeList(values, field: field, into: &writer)
  }
}

/// Text, as its bytes: what Swift holds to be the same text may have different ones.
enum TextCoding: ElementCoding {
  typealias Value = [UInt8]
  private typealias Coding = Tagged<BytesCoding>

  static func takes(_ wireType: UInt32, many: Bool) -> Bool { Coding.takes(wireType, many: many) }
  static func precedes(_ left: Value, _ right: Value) -> Bool { BytesCoding.precedes(left, right) }

  static func read(_ values: inout [Value], tag: UInt32, from reader: inout MessageReader) throws(MessageDecodingError)
  {
    // As text first, which finds out whether it is UTF-8.
    var texts: [String] = []
    try StringCoding.readList(&texts, tag: tag, from: &reader)
    values += texts.map { Array($0.utf8) }
  }

  static func size(_ values: [Value], field: Int, many: Bool) -> Int {
    Coding.size(values, field: field, many: many)
  }

  static func write(_ values: [Value], field: Int, many: Bool, into writer: inout MessageWriter) {
    Coding.write(values, field: field, many: many, into: &writer)
  }
}

/// Numbers, which lists pack.
enum Packed<Coding: PackableCoding>: ElementCoding where Coding.Value: FieldElement {
  typealias Value = Coding.Value

  static func takes(_ wireType: UInt32, many: Bool) -> Bool {
    wireType == Coding.wireType.rawValue || many && wireType == WireType.lengthDelimited.rawValue
  }

  static func precedes(_ left: Value, _ right: Value) -> Bool { Coding.precedes(left, right) }

  static func read(_ values: inout [Value], tag: UInt32, from reader: inout MessageReader) throws(MessageDecodingError)
  {
    try Coding.readList(&values, tag: tag, from: &reader)
  }

  static func size(_ values: [Value], field: Int, many: Bool) -> Int {
    many ? Coding.sizeList(values, field: field) : Coding.sizeOptional(values.last, field: field)
  }

  static func write(_ values: [Value], field: Int, many: Bool, into writer: inout MessageWriter) {
    if many {
      Coding.writeList(values, field: field, into: &writer)
    } else {
      Coding.writeOptional(values.last, field: field, into: &writer)
    }
  }
}

extension Elements: CounterElements where Coding: CountingCoding {
  static func adding(_ amount: Int64, to bytes: [UInt8], of field: UInt32) throws(MessageDecodingError) -> [UInt8] {
    var list = try List(bytes, of: field, many: false)
    let sum = (list.values.last ?? 0) &+ Coding.Value(truncatingIfNeeded: amount)
    list.values = sum == 0 ? [] : [sum]
    return list.encoded()
  }

  static func difference(from old: [UInt8], to new: [UInt8], of field: UInt32) throws(MessageDecodingError) -> Int64 {
    let old = try List(old, of: field, many: false).values.last ?? 0
    let new = try List(new, of: field, many: false).values.last ?? 0
    return Int64(truncatingIfNeeded: new) &- Int64(truncatingIfNeeded: old)
  }
}

/// The coding of a whole number.
protocol CountingCoding: ElementCoding where Value: FixedWidthInteger {}

extension Packed: CountingCoding where Coding.Value: FixedWidthInteger {}

extension FieldKind {
  /// What the bytes of a field of this kind hold; nil for kinds that this hub does not know.
  var elements: (any FieldElements.Type)? {
    switch self {
    case .bool: Elements<Packed<BoolCoding>>.self
    case .int32, .enumeration: Elements<Packed<Int32Coding>>.self
    case .int64: Elements<Packed<Int64Coding>>.self
    case .uint32: Elements<Packed<UInt32Coding>>.self
    case .uint64: Elements<Packed<UInt64Coding>>.self
    case .sint32: Elements<Packed<SInt32Coding>>.self
    case .sint64: Elements<Packed<SInt64Coding>>.self
    case .fixed32: Elements<Packed<Fixed32Coding>>.self
    case .fixed64: Elements<Packed<Fixed64Coding>>.self
    case .sfixed32: Elements<Packed<SFixed32Coding>>.self
    case .sfixed64: Elements<Packed<SFixed64Coding>>.self
    case .float: Elements<Packed<FloatCoding>>.self
    case .double: Elements<Packed<DoubleCoding>>.self
    case .string: Elements<TextCoding>.self
    case .bytes, .message: Elements<Tagged<BytesCoding>>.self
    case .uuid: Elements<Tagged<UUIDCoding>>.self
    default: nil
    }
  }

  /// The same, of kinds that can be counted with; an enumeration's numbers are names.
  var counter: (any CounterElements.Type)? {
    self == .enumeration ? nil : elements as? any CounterElements.Type
  }
}
