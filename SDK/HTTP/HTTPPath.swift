/// How a key's name stands in a path.
enum HTTPPath {
  private static let plain = Set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_~".utf8)
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// One component: every byte but letters, digits, `-`, `_` and `~` is percent-encoded, dots too, so that no name is a way
  /// up and none has an ending that means something.
  static func component(of name: String) -> String {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(name.utf8.count)
    for byte in name.utf8 {
      if plain.contains(byte) {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }
}
