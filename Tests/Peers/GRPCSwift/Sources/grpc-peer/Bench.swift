import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2

/// Keeps calls in flight over some connections, checks every reply, and prints what `holdfast bench` prints.
struct Bench {
  let op: String
  let port: Int
  let authority: String
  let connections: Int
  let inFlight: Int
  let content: Data
  let seconds: Double
  let keys: Int

  typealias Client = Peers_Peer.Client<HTTP2ClientTransport.Posix>

  /// What one worker has seen.
  struct Seen: Sendable {
    var latencies: [UInt32] = []
    var items = 0
    var errors = 0
  }

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var peers: [(GRPCClient<HTTP2ClientTransport.Posix>, Client)] = []
      for _ in 0..<connections {
        let client = GRPCClient(transport: try transport())
        group.addTask { try await client.runConnections() }
        peers.append((client, Client(wrapping: client)))
      }
      // Connected, and for gets every key has its value, before the clock starts.
      for (_, peer) in peers { _ = try await peer.echo(Peers_Payload.with { $0.content = content }) }
      if op == "get" { try await fill(peers[0].1) }

      let start = ContinuousClock.now
      let seen = try await measure(peers.map(\.1), until: start + .seconds(seconds))
      report(seen, took: ContinuousClock.now - start)
      for (client, _) in peers { client.beginGracefulShutdown() }
      group.cancelAll()
    }
  }

  private func transport() throws -> HTTP2ClientTransport.Posix {
    let security = HTTP2ClientTransport.Posix.TransportSecurity.tls { tls in
      tls.trustRoots = .certificates([.file(path: authority, format: .pem)])
    }
    let config = HTTP2ClientTransport.Posix.Config.defaults { config in
      config.http2.authority = "localhost"
    }
    return try HTTP2ClientTransport.Posix(
      target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: security, config: config)
  }

  private func fill(_ peer: Client) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      for lane in 0..<64 {
        group.addTask {
          for number in stride(from: lane, to: keys, by: 64) { try await put(number, on: peer) }
        }
      }
    }
  }

  private func measure(_ peers: [Client], until end: ContinuousClock.Instant) async throws -> [Seen] {
    try await withThrowingTaskGroup(of: Seen.self) { group in
      for worker in 0..<(op == "stream" ? connections : inFlight) {
        let peer = peers[worker % connections]
        group.addTask {
          op == "stream" ? try await stream(from: peer, until: end) : await call(peer, as: worker, until: end)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  private func call(_ peer: Client, as worker: Int, until end: ContinuousClock.Instant) async -> Seen {
    var seen = Seen()
    var number = worker
    var sent = ContinuousClock.now
    while sent < end {
      do {
        try await one(number, on: peer)
      } catch {
        if seen.errors == 0 { FileHandle.standardError.write(Data("\(error)\n".utf8)) }
        seen.errors += 1
      }
      let received = ContinuousClock.now
      seen.latencies.append(UInt32(clamping: (received - sent).nanoseconds / 10))
      sent = received
      number += inFlight
    }
    return seen
  }

  private func one(_ number: Int, on peer: Client) async throws {
    switch op {
    case "echo":
      let reply = try await peer.echo(Peers_Payload.with { $0.content = content })
      guard reply.content == content else { throw PeerError("another content came back") }
    case "put":
      try await put(number, on: peer)
    default:
      let reply = try await peer.get(Peers_GetRequest.with { $0.key = key(number) })
      guard reply.value == content else { throw PeerError("another value came back") }
    }
  }

  private func put(_ number: Int, on peer: Client) async throws {
    let reply = try await peer.put(
      Peers_PutRequest.with {
        $0.key = key(number)
        $0.value = content
      })
    guard reply.version > 0 else { throw PeerError("a put without a version") }
  }

  private func key(_ number: Int) -> String { "bench/\(1_000_000_000 + number % keys)" }

  private func stream(from peer: Client, until end: ContinuousClock.Instant) async throws -> Seen {
    try await peer.stream(Peers_StreamRequest.with { $0.size = UInt32(content.count) }) { response in
      var seen = Seen()
      for try await item in response.messages {
        if item.content != content { seen.errors += 1 }
        seen.items += 1
        if seen.items % 64 == 0, ContinuousClock.now >= end { break }
      }
      return seen
    }
  }

  private func report(_ seen: [Seen], took: Duration) {
    let latencies = seen.flatMap(\.latencies).sorted()
    let calls = latencies.count + seen.reduce(0) { $0 + $1.items }
    let errors = seen.reduce(0) { $0 + $1.errors }
    let seconds = Double(took.nanoseconds) / 1e9
    func microseconds(_ share: Double) -> Double {
      latencies.isEmpty ? 0 : Double(latencies[min(latencies.count - 1, Int(share * Double(latencies.count)))]) / 100
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let cpu =
      Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    print(
      """
      {"op":"\(op)","calls":\(calls),"seconds":\(seconds),"calls_per_s":\(Double(calls) / seconds),\
      "p50_us":\(microseconds(0.5)),"p99_us":\(microseconds(0.99)),"p999_us":\(microseconds(0.999)),\
      "max_us":\(microseconds(1)),"errors":\(errors),"client_cpu_s":\(cpu),"client_max_rss_kib":\(usage.ru_maxrss)}
      """)
  }
}

extension Duration {
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
