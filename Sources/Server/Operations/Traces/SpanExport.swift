internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Spans as OTLP/HTTP has them in JSON: the body of a request to `/v1/traces`.
struct SpanExport: Encodable {
  private let resourceSpans: [ResourceSpans]
  /// Whether all spans that were given have found room.
  private(set) var isComplete = true

  private enum CodingKeys: String, CodingKey {
    case resourceSpans
  }

  /// - Parameter bytes: of what the spans take together, about; those that come first find room first.
  init(_ spans: [Span], version: String, upTo bytes: Int = .max) {
    var room = bytes
    var fitting: [OneSpan] = []
    for span in spans {
      room -= span.size
      guard room >= 0 else {
        isComplete = false
        break
      }
      fitting.append(OneSpan(span))
    }
    resourceSpans = [
      ResourceSpans(
        resource: Resource(attributes: [
          Attribute(key: "service.name", value: .text("holdfast")),
          Attribute(key: "service.version", value: .text(version)),
        ]),
        scopeSpans: [ScopeSpans(scope: Scope(name: "holdfast.hub", version: version), spans: fitting)])
    ]
  }

  /// - Throws: never, but for what the encoder is free to throw.
  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  private struct ResourceSpans: Encodable {
    let resource: Resource
    let scopeSpans: [ScopeSpans]
  }

  private struct Resource: Encodable {
    let attributes: [Attribute]
  }

  private struct ScopeSpans: Encodable {
    let scope: Scope
    let spans: [OneSpan]
  }

  private struct Scope: Encodable {
    let name: String
    let version: String
  }

  /// Identities are in hexadecimal, and numbers of 64 bits are texts: so OTLP has them in JSON.
  private struct OneSpan: Encodable {
    let traceId: String
    let spanId: String
    let parentSpanId: String?
    let name: String
    let kind: Int
    let flags: Int
    let startTimeUnixNano: String
    let endTimeUnixNano: String
    let attributes: [Attribute]
    let status: Status

    init(_ span: Span) {
      traceId = span.context.trace.description
      spanId = TraceContext.hex(span.context.span, digits: 16)
      parentSpanId = span.parent.map { TraceContext.hex($0, digits: 16) }
      name = span.name.description
      kind = span.kind.rawValue
      flags = Int(span.context.flags)
      startTimeUnixNano = span.began.nanosecondsText
      endTimeUnixNano = span.ended.nanosecondsText
      attributes = span.attributes.map { Attribute(key: $0.name, value: $0.value) }
      status = Status(code: span.failure == nil ? 1 : 2, message: span.failure)
    }
  }

  private struct Status: Encodable {
    /// 1 for good, 2 for failed.
    let code: Int
    let message: String?
  }

  private struct Attribute: Encodable {
    let key: String
    let value: Span.Value
  }
}

extension Span.Value: Encodable {
  private enum CodingKeys: String, CodingKey {
    case stringValue, intValue, boolValue
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .text(let text): try container.encode(text, forKey: .stringValue)
    case .integer(let number): try container.encode(String(number), forKey: .intValue)
    case .flag(let flag): try container.encode(flag, forKey: .boolValue)
    }
  }
}

extension Span {
  /// What it takes at most as text, about: a byte of a text may take six.
  fileprivate var size: Int {
    attributes.reduce(400 + 6 * (failure?.utf8.count ?? 0)) { size, attribute in
      if case .text(let text) = attribute.value { size + 80 + 6 * text.utf8.count } else { size + 100 }
    }
  }
}

extension Timestamp {
  fileprivate var nanosecondsText: String { "\(Int128(seconds) * 1_000_000_000 + Int128(nanoseconds))" }
}
