/// A host and a port, as people write them: `hub.example:7070`, `192.0.2.1:7070`, `[2001:db8::1]:7070`.
public struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  /// A name or a numeric address, without brackets. Empty stands for every address of the machine, when listening.
  public var host: String
  /// 0 asks for any free port, when listening.
  public var port: UInt16

  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port`, `[address]:port`, or `:port`; nil for anything else, such as a bare IPv6 address.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
      return nil
    }
    var host = text[..<colon]
    if host.hasPrefix("[") {
      guard host.hasSuffix("]"), host.count > 2 else { return nil }
      host = host.dropFirst().dropLast()
      guard host.contains(":"), !host.contains("["), !host.contains("]") else { return nil }
    } else {
      guard !host.contains(where: { ":[]".contains($0) }) else { return nil }
    }
    guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), host.utf8.count <= 255 else { return nil }
    self.init(host: String(host), port: port)
  }

  public var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
