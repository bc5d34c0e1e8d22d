internal import HoldfastStore

/// What a row has that is about nobody: one content, or several that one key has sealed.
struct SweptContent {
  /// What becomes of it.
  enum Change {
    /// It is sealed by the key in force.
    case asItIs
    case changed([[UInt8]], key: Int64)
    /// It cannot be opened.
    case unreadable
  }

  private let contents: [[UInt8]]
  private let sealedBy: Int64?

  init(_ contents: [UInt8]..., sealedBy: Int64?) {
    self.contents = contents
    self.sealedBy = sealedBy
  }

  /// Brings the contents to the key in force.
  /// - Parameter places: where each belongs.
  func sealed(anew seal: SpaceSeal, of places: SealedPlace...) throws -> Change {
    let next = try seal.key()
    guard let sealedBy else {
      return .changed(try zip(contents, places).map { try seal.seal($0, of: $1).bytes }, key: next.id)
    }
    switch try seal.ring.state(of: sealedBy) {
    case .living(_, false): return .asItIs
    case .living(let old, true):
      var changed: [[UInt8]] = []
      for (content, place) in zip(contents, places) {
        guard let sealed = try seal.changed(content, from: old, of: place, subject: "") else { return .unreadable }
        changed.append(sealed.bytes)
      }
      return .changed(changed, key: next.id)
    case .erased, .replaced, nil: return .unreadable
    }
  }
}
