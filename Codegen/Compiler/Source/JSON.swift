/// The little of JSON that tools read from us.
package enum JSON {
  /// A quoted string.
  package static func string(_ text: String) -> String {
    text.quoted { control in
      let digits = String(control, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}

extension String {
  /// The text in quotation marks, with the escapes that JSON and Swift share; `escape` writes other control characters.
  func quoted(_ escape: (UInt32) -> String) -> String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f: result += escape(scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
