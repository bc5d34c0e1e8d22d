#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A numeric address in the system's form.
struct ResolvedAddress: @unchecked Sendable {  // plain bytes
  private var storage = sockaddr_storage()
  private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

  /// Room for any address, for the system to fill.
  init() {}

  private init(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
    self.length = min(length, socklen_t(MemoryLayout<sockaddr_storage>.size))
    withUnsafeMutableBytes(of: &storage) { target in
      target.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(self.length)))
    }
  }

  var family: Int32 { Int32(storage.ss_family) }

  func withSockaddr(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  mutating func withMutableSockaddr(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> Int32 {
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var size = length
    defer { length = size }
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &size) }
    }
  }

  /// The address in numbers; empty host and port 0 for a socket that has none (a socket pair).
  var socketAddress: SocketAddress {
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let code = withSockaddr { address, length in
      getnameinfo(
        address, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
        NI_NUMERICHOST | NI_NUMERICSERV)
    }
    guard code == 0, let port = UInt16(Self.text(service)) else { return SocketAddress(host: "", port: 0) }
    return SocketAddress(host: Self.text(host), port: port)
  }

  /// The addresses of a host, in the order in which to try them, at most `Limits.addressesPerHost`.
  ///
  /// Blocks while the resolver asks other machines, unless `onlyNumeric`, which fails for a name.
  static func resolve(
    _ address: SocketAddress, onlyNumeric: Bool = false, toListen: Bool = false
  ) throws(SystemError) -> [ResolvedAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    hints.ai_flags = AI_NUMERICSERV | (onlyNumeric ? AI_NUMERICHOST : 0) | (toListen ? AI_PASSIVE : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    let host: String? = address.host.isEmpty ? nil : address.host
    let code = getaddrinfo(host, String(address.port), &hints, &list)
    guard code == 0 else {
      throw code == EAI_SYSTEM ? SystemError(call: "getaddrinfo") : SystemError(resolver: code)
    }
    defer { freeaddrinfo(list) }
    var found: [ResolvedAddress] = []
    var next = list
    while let entry = next, found.count < Limits.addressesPerHost {
      if let pointer = entry.pointee.ai_addr {
        found.append(ResolvedAddress(pointer, length: entry.pointee.ai_addrlen))
      }
      next = entry.pointee.ai_next
    }
    guard !found.isEmpty else { throw SystemError(resolver: EAI_NONAME) }
    return found
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
