import Foundation
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import TestSupport
import Testing

@testable import HoldfastHTTP

/// Endpoints that hang, flap, send elsewhere or answer garbage.
@Suite struct HTTPFaultTests {
  private let key = ContextKey<Int>("key")

  private func source(
    _ place: HTTPPlace, _ change: (inout HTTPContextSource.Settings) -> Void = { _ in }
  ) throws -> HTTPContextSource {
    var settings = HTTPContextSource.Settings()
    settings.headers = ["Authorization": "Bearer secret-token"]
    change(&settings)
    return try HTTPContextSource(place.url, name: "endpoint", settings)
  }

  private func error(_ source: HTTPContextSource) async throws -> ContextError? {
    guard case .failed(let error)? = try await source.fetch(["key"]).first else { return nil }
    return error
  }

  @Test func `garbage and too much are damage, and a connection that breaks may pass`() async throws {
    let place = try HTTPPlace { _, _ in .raw(Array("no HTTP at all\r\n\r\n".utf8)) }
    defer { place.close() }
    let source = try source(place) { $0.valueBytes = 1_000 }
    let garbage = try #require(try await error(source))
    #expect(garbage.code == .corruption, "\(garbage)")
    for head in ["Content-Length: 5000", "Transfer-Encoding: chunked"] {
      let body =
        head.hasPrefix("C")
        ? String(repeating: "1", count: 5_000) : "1388\r\n" + String(repeating: "1", count: 5_000) + "\r\n0\r\n\r\n"
      place.script { _, _ in .raw(Array("HTTP/1.1 200 OK\r\n\(head)\r\n\r\n\(body)".utf8)) }
      #expect(try await error(source)?.code == .corruption, "\(head)")
    }
    place.script { _, _ in .answer(200, Array(repeating: 49, count: 1_000)) }
    #expect(try await error(source) == nil)
    for text in ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123"] {
      place.script { _, _ in .raw(Array(text.utf8)) }
      let broken = try #require(try await error(source), "\(text)")
      #expect(broken.isPassing, "\(broken)")
    }
    place.close()
    let away = try #require(try await error(source))
    #expect((away.code, away.isPassing) == (.network, true))
    #expect(!"\(away) \(garbage)".contains("secret"))
  }

  @Test func `who gives up is let go at once, and the endpoint learns of it`() async throws {
    let place = try HTTPPlace { _, _ in .silence }
    defer { place.close() }
    let source = try source(place)
    let caller = Task { try await error(source)?.code }
    await place.hung.wait()
    caller.cancel()
    #expect(try await caller.value == .cancelled)
    await place.abandoned.wait()
    let late = Task { () async throws -> ContextError.Code? in
      withUnsafeCurrentTask { $0?.cancel() }
      return try await error(source)?.code
    }
    #expect(try await late.value == .cancelled)
  }

  @Test func `an endpoint that says nothing is left when its time is over`() async throws {
    let place = try HTTPPlace { _, _ in .silence }
    defer { place.close() }
    let late = try #require(try await error(source(place) { $0.timeout = .seconds(1) }))
    #expect((late.code, late.isPassing) == (.unavailable, true))
    await place.abandoned.wait()

    // The provider's own time is over before: what was set down for this case does.
    var settings = NetworkContextProvider.Settings()
    settings.requestTimeout = .milliseconds(50)
    settings.retry = .none
    settings.fallbacks[key] = 7
    let provider = NetworkContextProvider(try source(place), settings)
    let found = try #require(try await provider.resolve(key))
    #expect((found.value, found.reason, found.problem?.code) == (7, .fallback, .unavailable))
    await place.abandoned.wait(for: 2)
  }

  @Test func `an endpoint that flaps is asked again until it answers`() async throws {
    let place = try HTTPPlace { _, number in
      switch number {
      case 1: .answer(503)
      case 2: .raw([])
      default: .answer(200, Array("5".utf8))
      }
    }
    defer { place.close() }
    var settings = NetworkContextProvider.Settings()
    settings.retry = .fixed(.zero, attempts: 5)
    let found = try #require(try await NetworkContextProvider(try source(place), settings).resolve(key))
    #expect((found.value, found.reason) == (5, .fresh))
    #expect(place.requests.count == 3)

    place.script { _, _ in .answer(403) }
    let other = NetworkContextProvider(try source(place), settings)
    _ = await #expect(throws: ContextError.self) { try await other.resolve(key) }
    // What cannot go well later is not tried again.
    #expect(place.requests.count == 4)
  }

  @Test func `ten thousand who look for one missing key at once are one request`() async throws {
    let gate = DispatchSemaphore(value: 0)
    let place = try HTTPPlace { _, _ in
      gate.wait()
      return .answer(404)
    }
    defer { place.close() }
    let provider = NetworkContextProvider(try source(place))
    let begun = Lock(0)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<10_000 {
        group.addTask { [key] in
          if begun.withLock({
            $0 += 1
            return $0
          }) == 10_000 {
            gate.signal()
          }
          return try await provider.resolve(key) == nil
        }
      }
      for try await isAbsent in group { #expect(isAbsent) }
    }
    #expect(place.requests.count == 1)
  }

  @Test func `many keys are asked for with a bound on what is under way`() async throws {
    let (now, most) = (Lock(0), Lock(0))
    let place = try HTTPPlace { request, _ in
      let count = now.withLock {
        $0 += 1
        return $0
      }
      most.withLock { $0 = max($0, count) }
      defer { now.withLock { $0 -= 1 } }
      return .answer(200, Array(request.target.utf8.dropFirst(4)))
    }
    defer { place.close() }
    let provider = NetworkContextProvider(try source(place) { $0.connections = 4 })
    let outcomes = await provider.resolveAll((0..<300).map { ContextKey<Int>("key\($0)") })
    #expect(try outcomes.map { try $0.get()?.value } == (0..<300).map { $0 })
    #expect(most.withLock { $0 } <= 4)
    #expect(place.requests.count == 300)
  }

  @Test func `a redirection is followed, and elsewhere nothing is told that is secret`() async throws {
    let elsewhere = try HTTPPlace { _, _ in .answer(200, Array("2".utf8)) }
    let place = try HTTPPlace { request, _ in
      request.target == "/key" ? .answer(302, headers: ["Location": "/moved/key"]) : .answer(200, Array("1".utf8))
    }
    defer {
      place.close()
      elsewhere.close()
    }
    let source = try source(place)
    func fetched() async throws -> [UInt8]? {
      guard case .value(let content)? = try await source.fetch(["key"]).first else { return nil }
      return content.bytes
    }
    #expect(try await fetched() == Array("1".utf8))
    #expect(place.requests.map { $0.headers["authorization"] } == ["Bearer secret-token", "Bearer secret-token"])

    let other = elsewhere.url
    place.script { _, _ in .answer(307, headers: ["Location": "\(other)/key"]) }
    #expect(try await fetched() == Array("2".utf8))
    _ = try await source.store([3], for: "key", lifetime: nil)
    #expect(elsewhere.requests.map(\.method) == ["GET", "PUT"])
    #expect(elsewhere.requests[1].body == [3])
    #expect(elsewhere.requests.allSatisfy { !$0.headers.values.contains { $0.contains("secret") } })

    // A write that would become a read, one that leads nowhere, and one without end.
    place.script { _, _ in .answer(302, headers: ["Location": "/other"]) }
    let written = await #expect(throws: ContextError.self) { try await source.store([3], for: "key", lifetime: nil) }
    #expect((written?.code, written?.isPassing) == (.network, false))
    for location in ["/key", "ftp://nowhere", ""] {
      place.script { _, _ in .answer(301, headers: ["Location": location]) }
      #expect(try await error(source)?.code == .network, "\(location)")
    }
  }

  @Test func `a redirection never gives up TLS`() throws {
    let secure = HTTPRequest(
      method: "GET", url: try #require(URL(string: "https://a.example/key")), headers: ["A": "b"], body: nil)
    func next(_ location: String) throws -> HTTPRequest? {
      try HTTPExchange.redirection(HTTPReply(status: 302, headers: ["location": location], body: []), secure)
    }
    #expect(throws: HTTPFailure.self) { try next("http://a.example/key") }
    #expect(try next("https://a.example:443/other")?.headers == ["A": "b"])
    #expect(try next("https://a.example:444/other")?.headers == [:])
    #expect(try next("https://b.example/key")?.headers == [:])
    #expect(try next("//A.EXAMPLE/key")?.headers == ["A": "b"])
  }
}
