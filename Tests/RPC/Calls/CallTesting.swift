import HoldfastCrypto
import HoldfastWire
import TestSupport

@testable import HoldfastRPC

/// Calls of all shapes, on Wire's own messages: `Authenticate` carries text, `Drain` a number.
enum Echo {
  static let unary = MethodDescriptor<Authenticate, Authenticate, Never>(
    service: 9, method: 1, name: "test.Echo/unary", isIdempotent: true)
  static let count = MethodDescriptor<Drain, Drain, Never>(
    service: 9, method: 2, name: "test.Echo/count", shape: .serverStream)
  static let sum = MethodDescriptor<Drain, Drain, Never>(
    service: 9, method: 3, name: "test.Echo/sum", shape: .clientStream)
  static let relay = MethodDescriptor<Authenticate, Authenticate, Never>(
    service: 9, method: 4, name: "test.Echo/relay", shape: .bidirectional)
  /// Not idempotent.
  static let once = MethodDescriptor<Authenticate, Authenticate, Never>(
    service: 9, method: 5, name: "test.Echo/once")
  static let urgent = MethodDescriptor<Authenticate, Authenticate, Never>(
    service: 9, method: 6, name: "test.Echo/urgent", priority: .high)
  static let failing = MethodDescriptor<Authenticate, Authenticate, Overflow.Only>(
    service: 9, method: 7, name: "test.Echo/failing")

  static var dispatcher: Dispatcher {
    var dispatcher = Dispatcher()
    dispatcher.unary(unary) { request, _ in request }
    dispatcher.serverStream(count) { request, replies, _ in
      for number in 0..<request.lastStream { try await replies.send(Drain(lastStream: number)) }
    }
    dispatcher.clientStream(sum) { requests, _ in
      var sum: UInt32 = 0
      for try await request in requests { sum += request.lastStream }
      return Drain(lastStream: sum)
    }
    dispatcher.bidirectional(relay) { requests, replies, _ in
      for try await request in requests { try await replies.send(request) }
    }
    return dispatcher
  }
}

/// A declared error, as the code generator would write it.
struct Overflow: DeclaredError {
  static let messageName = "test.Overflow"
  static let package = "test"
  static let number: UInt32 = 4
  var limit: UInt32
  var unknownFields = UnknownFields()

  init() { self.init(limit: 0) }
  init(limit: UInt32) { self.limit = limit }
  var encodedSize: Int { unknownFields.bytes.count + UInt32Coding.size(limit, field: 1) }
  func encode(into writer: inout MessageWriter) {
    writer.write(unknownFields)
    UInt32Coding.write(limit, field: 1, into: &writer)
  }
  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: try UInt32Coding.read(&limit, from: &reader)
      default: try reader.skip(tag, into: &unknownFields)
      }
    }
  }

  enum Only: DeclaredFailure {
    case overflow(Overflow)

    init?(package: String, number: UInt32, payload: UnsafeRawBufferPointer) throws(MessageDecodingError) {
      guard package == Overflow.package, number == Overflow.number else { return nil }
      self = .overflow(try Overflow(decoding: payload))
    }

    var error: any DeclaredError {
      switch self {
      case .overflow(let error): error
      }
    }
  }
}

/// A server over TLS on a free port, and what its clients need to trust it.
struct TestServer {
  let server: RPCServer
  let address: SocketAddress
  let authority: CertificateAuthority

  static func start(
    _ dispatcher: Dispatcher = Echo.dispatcher, at address: SocketAddress = SocketAddress(host: "127.0.0.1", port: 0),
    authority: CertificateAuthority? = nil, authenticator: any Authenticator = EveryoneIsWelcome(),
    _ change: (inout RPCServer.Configuration) -> Void = { _ in }
  ) async throws -> TestServer {
    let authority = try authority ?? .create(name: "test")
    let identity = try authority.issue(hosts: [address.host], role: .server)
    let tls = try TLSServerContext(
      TLSServerConfiguration(
        certificateChain: .text(identity.certificatePEM), privateKey: .text(identity.privateKeyPEM)))
    var configuration = RPCServer.Configuration(
      address: address, tls: tls, settings: ServerSettings(authenticator: authenticator))
    change(&configuration)
    let server = try RPCServer(dispatcher, configuration)
    return TestServer(server: server, address: try await server.start(), authority: authority)
  }

  func client(_ change: (inout ClientSettings) -> Void = { _ in }) throws -> RPCClient {
    var settings = ClientSettings()
    settings.retry = RetryPolicy(attempts: 10, backoff: Backoff(first: .milliseconds(5), longest: .milliseconds(50)))
    change(&settings)
    let tls = try TLSClientContext(
      TLSClientConfiguration(trust: .certificateAuthority(.text(authority.identity.certificatePEM))))
    return RPCClient(to: address, tls: tls, settings)
  }
}
