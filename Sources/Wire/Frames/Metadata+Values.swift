extension Metadata {
  public var isEmpty: Bool { entries.isEmpty && unknownFields.bytes.isEmpty }

  /// A value as text; nil when there is none or it is not UTF-8. Setting nil removes it.
  public subscript(name: String) -> String? {
    get { entries[name].flatMap { String(validating: $0, as: UTF8.self) } }
    set { entries[name] = newValue.map { Array($0.utf8) } }
  }
}

extension Metadata {
  /// Whether a CALL or a REPLY can carry it.
  var fits: Bool { isEmpty || encodedSize <= Limits.metadataBytes }

  /// What to say when it does not fit.
  var complaint: String { "\(encodedSize) bytes of metadata; at most \(Limits.metadataBytes)" }
}

/// Names that the product itself gives to metadata.
extension Metadata {
  /// W3C trace context of the call.
  public static let traceparent = "traceparent"
  /// The identity of a mutation: a server that commits through its store does it once, however often it arrives.
  public static let idempotencyKey = "idempotency-key"
}
