/// Addresses of this machine for tests alone.
public enum Loopback {
  /// An address that nobody else uses: a port of it that has been let go is nobody's, and can be had again.
  public static func ownAddress() -> String {
    #if os(Linux)
      // All of 127.0.0.0/8 is this machine.
      return (0..<3).reduce("127") { address, _ in "\(address).\(UInt8.random(in: 1...254))" }
    #else
      return "127.0.0.1"
    #endif
  }
}
