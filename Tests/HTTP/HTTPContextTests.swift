import Foundation
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import TestSupport
import Testing

@testable import HoldfastHTTP

/// Context of an endpoint that is no hub, asked for over sockets of this machine.
@Suite struct HTTPContextTests {
  private let clock = TestClock()

  private func source(
    _ place: HTTPPlace, _ change: (inout HTTPContextSource.Settings) -> Void = { _ in }
  ) throws -> HTTPContextSource {
    var settings = HTTPContextSource.Settings()
    settings.headers = ["Authorization": "Bearer secret-token"]
    change(&settings)
    return try HTTPContextSource(place.url + "/context", name: "endpoint", settings)
  }

  /// One answer, or the error in its place.
  private func one(_ source: HTTPContextSource, _ name: String = "key") async throws -> ContextContent? {
    switch try await source.fetch([name]).first {
    case .value(let content): return content
    case .absent: return nil
    case .failed(let error): throw error
    case nil: throw ContextError(.corruption, "no answer", provider: "test")
    }
  }

  @Test func `it keeps the rules`() async {
    let broken = await ContextConformance { [clock] in
      let values = KeptValues(clock)
      let place = try HTTPPlace { request, _ in values.reply(to: request) }
      var settings = NetworkContextProvider.Settings()
      settings.clock = clock.device()
      settings.retry = .none
      let provider = NetworkContextProvider(try source(place), settings)
      var subject = ContextConformance.Subject(provider)
      subject.damage = { values.put(Array("{".utf8), at: "/context/" + HTTPPath.component(of: $0)) }
      subject.cutOff = { place.close() }
      subject.pass = { try await clock.advance(by: $0) }
      return subject
    }.run()
    #expect(broken == [])
  }

  @Test(arguments: [
    "plain", "a/b", "/", "..", ".", "../../etc/passwd", "a?b=c", "a#b", "a%2Fb", "%", "nul\0", "\n\r", "🧀", "é",
    "e\u{301}",
    " ", "a;b", "a\\b", "a.json", String(repeating: "🧀", count: 2_500),
  ])
  func `a name is one component of the path, whatever is in it`(_ name: String) async throws {
    let place = try HTTPPlace { _, _ in .answer(200, Array("1".utf8)) }
    defer { place.close() }
    let source = try source(place)
    _ = try await one(source, name)
    _ = try await source.store([1], for: name, lifetime: nil)
    _ = try await source.store(nil, for: name, lifetime: nil)
    #expect(place.requests.map(\.method) == ["GET", "PUT", "DELETE"])
    for request in place.requests {
      let parts = request.target.split(separator: "/", omittingEmptySubsequences: false)
      #expect(parts.count == 3 && parts[1] == "context", "\(request.target.prefix(80))")
      #expect(parts.last?.removingPercentEncoding == name)
      #expect(!request.target.contains("?") && !request.target.contains("#"))
    }
  }

  @Test func `what may pass is told from what does not`() async throws {
    let place = try HTTPPlace { _, _ in .answer(500) }
    defer { place.close() }
    let source = try source(place)
    func error(_ status: Int, _ headers: [String: String] = [:]) async throws -> ContextError? {
      place.script { _, _ in .answer(status, headers: headers, Array("secret-token".utf8)) }
      return await #expect(throws: ContextError.self, "\(status)") { try await one(source) }
    }
    for status in [408, 425, 429, 500, 502, 503, 504, 599] {
      let error = try await error(status)
      #expect(error?.code == .unavailable && error?.isPassing == true, "\(status)")
    }
    for status in [400, 401, 402, 403, 405, 406, 409, 412, 418, 451, 501, 505] {
      let error = try await error(status)
      #expect(error?.code == .network && error?.isPassing == false, "\(status)")
      #expect(error.map { "\($0)" }?.contains("secret-token") == false)
    }
    for status in [206, 300, 304] {
      #expect(try await error(status)?.code == .corruption, "\(status)")
    }
    #expect(try await error(503, ["Retry-After": "7"])?.retryAfter == .seconds(7))
    let dates = ["Retry-After": "Sun, 06 Nov 1994 08:50:37 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"]
    #expect(try await error(429, dates)?.retryAfter == .seconds(60))
    #expect(try await error(403, ["Retry-After": "7"])?.retryAfter == nil)
    for status in [204, 404, 410] {
      place.script { _, _ in .answer(status) }
      #expect(try await one(source) == nil, "\(status)")
    }
  }

  @Test func `what cannot be set says why`() async throws {
    let place = try HTTPPlace { _, _ in .answer(405) }
    defer { place.close() }
    let source = try source(place)
    for (status, code) in [
      (405, ContextError.Code.readOnly), (501, .readOnly), (413, .invalidValue), (414, .invalidKey), (403, .network),
      (404, .network), (503, .unavailable),
    ] {
      place.script { _, _ in .answer(status) }
      let error = await #expect(throws: ContextError.self) { try await source.store([1], for: "key", lifetime: nil) }
      #expect(error?.code == code, "\(status)")
    }
    place.script { _, _ in .answer(404) }
    #expect(try await source.store(nil, for: "key", lifetime: nil) == 0)
  }

  @Test func `a value with a tag travels once, and its lifetime is what the endpoint says`() async throws {
    let long = Array(repeating: UInt8(ascii: "1"), count: 1_000)
    let place = try HTTPPlace { request, _ in
      let headers = ["ETag": "\"t\"", "Cache-Control": "private, max-age=60", "Age": "10"]
      return request.headers["if-none-match"] == "\"t\""
        ? .answer(304, headers: headers) : .answer(200, headers: headers, long)
    }
    defer { place.close() }
    let source = try source(place)
    for _ in 0..<3 { #expect(try await one(source) == ContextContent(long, lifetime: .seconds(50))) }
    #expect(place.requests.map { $0.headers["if-none-match"] } == [nil, "\"t\"", "\"t\""])
    // What this program has set itself is asked for anew.
    place.script { request, _ in request.method == "PUT" ? .answer(204) : .answer(200, [2]) }
    _ = try await source.store([2], for: "key", lifetime: .milliseconds(1_500))
    #expect(try await one(source) == ContextContent([2]))
    #expect(place.requests.suffix(2).map { $0.headers["if-none-match"] } == [nil, nil])
    #expect(place.requests[3].headers["cache-control"] == "max-age=2")
    #expect(place.requests[3].body == [2])
  }

  @Test(
    arguments: [
      (["Cache-Control": "no-store"], Duration.zero), (["Cache-Control": "max-age=5, no-cache"], .zero),
      (["Cache-Control": "Max-Age=\"5\""], .seconds(5)), (["Cache-Control": "max-age=x"], .zero),
      (["Cache-Control": "max-age=99999999999999999999"], .seconds(1 << 31)), (["Cache-Control": "public"], nil),
      ([:], nil),
      (["Expires": "Sun, 06 Nov 1994 08:50:37 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"], .seconds(60)),
      (["Expires": "Sun, 06 Nov 1994 08:50:37 GMT"], .zero), (["Expires": "0"], .zero),
      (["Expires": "Sun, 06 Nov 1994 08:50:37 GMT", "Cache-Control": "max-age=9"], .seconds(9)),
    ] as [([String: String], Duration?)])
  func `lifetimes are read as they are written`(_ headers: [String: String], _ lifetime: Duration?) {
    let lowered = Dictionary(uniqueKeysWithValues: headers.map { ($0.key.lowercased(), $0.value) })
    #expect(HTTPFreshness.lifetime(HTTPReply(status: 200, headers: lowered, body: [])) == lifetime)
  }

  @Test func `dates are counted as the calendar does`() {
    #expect(HTTPFreshness.date("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
    #expect(HTTPFreshness.date("Thu, 29 Feb 2024 23:59:60 GMT") == 1_709_251_200)
    #expect(HTTPFreshness.date("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
    for text in [
      "", "tomorrow", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
    ] {
      #expect(HTTPFreshness.date(text) == nil)
    }
  }

  @Test func `an endpoint that cannot be used is refused, and what is secret is not shown`() throws {
    for endpoint in [
      "", "config.example", "ftp://config.example", "http://", "http://user:secret@config.example", "http://a/?b",
      "http://a/#b",
    ] {
      let error = #expect(throws: ContextError.self, "\(endpoint)") { try HTTPContextSource(endpoint) }
      #expect(error.map { "\($0)" }?.contains("secret") == false)
    }
    for headers: HTTPHeaders in [["A": "secret\r\nB: c"], ["A b": "secret"], ["": "secret"]] {
      var settings = HTTPContextSource.Settings()
      settings.headers = headers
      let error = #expect(throws: ContextError.self) { try HTTPContextSource("http://config.example", settings) }
      #expect(error.map { "\($0)" }?.contains("secret") == false)
      var shown = "\(settings) \(headers.debugDescription) \(String(reflecting: settings))"
      dump(settings, to: &shown)
      #expect(!shown.contains("secret"))
    }
  }
}
