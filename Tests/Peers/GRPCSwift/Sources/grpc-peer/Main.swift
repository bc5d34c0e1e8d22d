import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2

/// grpc-peer serve --certificate F --key F --data FILE      prints {"event":"listening","port":N}
/// grpc-peer echo|put|get|stream --port N --ca F [--connections C] [--inflight K (in total)] [--payload BYTES]
///   [--seconds S] [--keys N]
@main
struct Main {
  static func main() async throws {
    let arguments = Arguments(CommandLine.arguments)
    switch arguments.command {
    case "serve":
      try await serve(arguments)
    case "echo", "put", "get", "stream":
      try await Bench(
        op: arguments.command, port: arguments["port", 0], authority: arguments["ca", "certificate.pem"],
        connections: arguments["connections", 1], inFlight: arguments["inflight", 64],
        content: payload(of: arguments["payload", 100]), seconds: arguments["seconds", 3.0],
        keys: arguments["keys", 10_000]
      ).run()
    default:
      FileHandle.standardError.write(Data("usage: grpc-peer serve|echo|put|get|stream …\n".utf8))
      exit(2)
    }
  }

  static func serve(_ arguments: Arguments) async throws {
    let values = try Values(path: arguments["data", "values.sqlite"])
    let security = HTTP2ServerTransport.Posix.TransportSecurity.tls(
      certificateChain: [.file(path: arguments["certificate", "certificate.pem"], format: .pem)],
      privateKey: .file(path: arguments["key", "key.pem"], format: .pem))
    let transport = HTTP2ServerTransport.Posix(
      address: .ipv4(host: "127.0.0.1", port: arguments["port", 0]), transportSecurity: security)
    let server = GRPCServer(transport: transport, services: [PeerService(values: values)])
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await server.serve() }
      let port = try await server.listeningAddress?.ipv4?.port ?? 0
      FileHandle.standardOutput.write(Data("{\"event\":\"listening\",\"port\":\(port)}\n".utf8))
    }
  }
}

/// `COMMAND --name value …`
struct Arguments {
  let command: String
  private var options: [String: String] = [:]

  init(_ arguments: [String]) {
    command = arguments.dropFirst().first ?? ""
    for index in stride(from: 2, to: arguments.count - 1, by: 2) {
      options[String(arguments[index].dropFirst(2))] = arguments[index + 1]
    }
  }

  subscript<Value: LosslessStringConvertible>(_ name: String, _ fallback: Value) -> Value {
    options[name].flatMap(Value.init) ?? fallback
  }
}
