import HoldfastRPC
import HoldfastTesting

/// A well-behaved endpoint: keeps what is PUT, with ends, by a clock that a test moves, and gives each value a tag.
final class KeptValues: Sendable {
  private struct Item {
    let bytes: [UInt8]
    let tag: Int
    let end: Duration?
  }

  private let clock: TestClock
  private let state = Lock((items: [String: Item](), last: 0))

  init(_ clock: TestClock) { self.clock = clock }

  func put(_ bytes: [UInt8], at target: String, for lifetime: Duration? = nil) {
    let end = lifetime.map { clock.elapsed + $0 }
    state.withLock { state in
      state.last += 1
      state.items[target] = Item(bytes: bytes, tag: state.last, end: end)
    }
  }

  func reply(to request: HTTPPlace.Request) -> HTTPPlace.Reply {
    switch request.method {
    case "GET":
      let now = clock.elapsed
      guard let item = state.withLock({ $0.items[request.target] }), item.end.map({ now < $0 }) ?? true else {
        return .answer(404)
      }
      var headers = ["ETag": "\"\(item.tag)\""]
      if let end = item.end { headers["Cache-Control"] = "max-age=\((end - now).components.seconds)" }
      if request.headers["if-none-match"] == headers["ETag"] { return .answer(304, headers: headers) }
      return .answer(200, headers: headers, item.bytes)
    case "PUT":
      let age = request.headers["cache-control"].flatMap { Int64($0.dropFirst("max-age=".count)) }
      put(request.body, at: request.target, for: age.map { .seconds($0) })
      return .answer(204)
    case "DELETE":
      let was = state.withLock { $0.items.removeValue(forKey: request.target) }
      return .answer(was == nil ? 404 : 204)
    default: return .answer(405)
    }
  }
}
