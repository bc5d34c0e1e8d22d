extension Scalar {
  var isMapKey: Bool {
    switch self {
    case .bool, .int32, .int64, .uint32, .uint64, .sint32, .sint64, .fixed32, .fixed64, .sfixed32, .sfixed64, .string:
      true
    case .float, .double, .bytes, .timestamp, .duration, .uuid: false
    }
  }
}

extension DefaultValue {
  /// The default that `token` says, or nil and what would be right.
  static func parse(_ token: Token, as scalar: Scalar) -> (DefaultValue?, expectation: String) {
    let number = token.kind == .number ? token.text : ""
    switch scalar {
    case .bool:
      let value: DefaultValue? =
        switch (token.kind, token.text) {
        case (.word, "true"): .bool(true)
        case (.word, "false"): .bool(false)
        default: nil
        }
      return (value, "true or false")
    case .int32, .sint32, .sfixed32:
      return (Int32(number).map { .signed(Int64($0)) }, "a whole number from \(Int32.min) to \(Int32.max)")
    case .int64, .sint64, .sfixed64:
      return (Int64(number).map { .signed($0) }, "a whole number of 64 bits")
    case .uint32, .fixed32:
      return (UInt32(number).map { .unsigned(UInt64($0)) }, "a whole number from 0 to \(UInt32.max)")
    case .uint64, .fixed64:
      return (UInt64(number).map { .unsigned($0) }, "a whole number of 64 bits that is not negative")
    case .float:
      let isFinite = Float(number)?.isFinite == true && number.allSatisfy(\.isNumberText)
      return (isFinite ? .floating(number) : nil, "a number")
    case .double:
      let isFinite = Double(number)?.isFinite == true && number.allSatisfy(\.isNumberText)
      return (isFinite ? .floating(number) : nil, "a number")
    case .string:
      return (token.kind == .string ? .string(token.text) : nil, "a text in quotes")
    case .bytes, .timestamp, .duration, .uuid:
      return (nil, "nothing")
    }
  }
}

extension Character {
  fileprivate var isNumberText: Bool { "0123456789.+-eE".contains(self) }
}
