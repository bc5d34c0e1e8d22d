import Foundation
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `The log of spans` {
  private func span(_ name: StaticString, in trace: TraceContext? = nil) -> OpenSpan {
    OpenSpan(name, .internal, in: trace)
  }

  @Test func `it holds the newest, and batches push out none but batches`() {
    let log = SpanLog()
    let first = span("upload")
    let trace = first.context.trace
    first.end(in: log)
    for _ in 0..<Limits.spans * 2 { span(Span.batch).end(in: log) }
    #expect(log.counts.kept == Limits.spans + 1)
    #expect(log.counts.added == UInt64(Limits.spans * 2 + 1))
    #expect(log.spans(of: trace).count == 1)
    for _ in 0..<Limits.spans { span("upload").end(in: log) }
    #expect(log.counts.kept == Limits.spans * 2)
    #expect(log.spans(of: trace).isEmpty)
  }

  @Test func `spans are told as OTLP has them`() throws {
    let log = SpanLog()
    let parent = try #require(
      TraceContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
    var span = span("profile_columns", in: parent)
    span.note("file", .text("a \"file\""))
    span.note("columns", .integer(7))
    span.note("exact", .flag(true))
    span.end(in: log, failure: "broken")
    let text = try SpanExport(log.spans(), version: "1.2.3").text()
    let told = try #require(Told(text))
    #expect(told.resource["service.name"] as? [String: String] == ["stringValue": "holdfast"])
    let one = try #require(told.spans.first)
    #expect(one["traceId"] as? String == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(one["parentSpanId"] as? String == "00f067aa0ba902b7")
    #expect((one["spanId"] as? String)?.count == 16)
    #expect(one["name"] as? String == "profile_columns")
    let began = try #require((one["startTimeUnixNano"] as? String).flatMap(UInt64.init))
    let ended = try #require((one["endTimeUnixNano"] as? String).flatMap(UInt64.init))
    #expect(began <= ended && began > 1_000_000_000_000_000_000)
    let status = try #require(one["status"] as? [String: Any])
    #expect(status["code"] as? Int == 2)
    #expect(status["message"] as? String == "broken")
    let attributes = try #require(one["attributes"] as? [[String: Any]])
    #expect(attributes.compactMap { $0["key"] as? String } == ["file", "columns", "exact"])
    #expect(attributes[0]["value"] as? [String: String] == ["stringValue": "a \"file\""])
    #expect(attributes[1]["value"] as? [String: String] == ["intValue": "7"])
    #expect(attributes[2]["value"] as? [String: Bool] == ["boolValue": true])
  }

  @Test func `long texts are cut, and what does not fit is left out`() throws {
    let log = SpanLog()
    for _ in 0..<100 {
      var span = span("column_lease")
      span.note("column", .text(String(repeating: "\u{1}", count: 1_000_000)))
      span.end(in: log)
    }
    let bytes = 20_000
    let export = SpanExport(log.spans(), version: "1", upTo: bytes)
    let text = try export.text()
    #expect(!export.isComplete)
    #expect(text.utf8.count < bytes + 1_000)
    #expect(try #require(Told(text)).spans.count > 5)
  }
}

/// The parts of an OTLP export, as its reader finds them.
private struct Told {
  var resource: [String: Any] = [:]
  var spans: [[String: Any]] = []

  init?(_ text: String) {
    guard let all = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
      let one = (all["resourceSpans"] as? [[String: Any]])?.first, let resource = one["resource"] as? [String: Any],
      let attributes = resource["attributes"] as? [[String: Any]],
      let scope = (one["scopeSpans"] as? [[String: Any]])?.first, let spans = scope["spans"] as? [[String: Any]]
    else { return nil }
    for attribute in attributes { self.resource[attribute["key"] as? String ?? ""] = attribute["value"] }
    self.spans = spans
  }
}
