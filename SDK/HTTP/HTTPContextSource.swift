import Foundation
import HoldfastCache
public import HoldfastSDK

/// Context at an HTTP(S) endpoint that is no hub: each key is a resource of its own below the endpoint's address.
///
///     var settings = HTTPContextSource.Settings()
///     settings.headers = ["Authorization": "Bearer \(token)"]
///     let source = try HTTPContextSource("https://config.example/v1/context", settings)
///     let context = NetworkContextProvider(source)
///
/// A key's name is one percent-encoded component of the path, whatever is in it. GET asks for a value, of which 404, 410 and
/// 204 say that there is none; PUT sets one, with its lifetime as `Cache-Control: max-age`; DELETE removes it. What the
/// endpoint says by `Cache-Control`, `Age` and `Expires` is the value's lifetime, and values with an `ETag` travel once.
///
/// Redirections are followed, and told the headers of the settings only where they stay at the endpoint's scheme, host and
/// port. Nothing of these headers is ever in an error.
public final class HTTPContextSource: ContextSource {
  public struct Settings: Sendable {
    /// Sent with each request, such as a credential.
    public var headers: HTTPHeaders = [:]
    /// Requests under way at once.
    public var connections = 8
    /// How long the endpoint may say nothing.
    public var timeout = Duration.seconds(30)
    /// Bytes of one value; a larger one is garbage.
    public var valueBytes = 4 << 20
    /// Bytes of values with an `ETag` that are remembered for being asked for again.
    public var rememberedBytes = 4 << 20

    public init() {}
  }

  /// A value that need not travel again.
  struct Known: Sendable {
    let tag: String
    let bytes: [UInt8]
  }

  public let name: String
  private let base: String
  private let settings: Settings
  private let exchange: HTTPExchange
  private let known: Cache<String, Known>

  /// - Parameters:
  ///   - endpoint: `http` or `https`, without user, query and fragment.
  ///   - name: what resolutions and errors call it; nil takes the endpoint's host.
  /// - Throws: `network` when the endpoint or a header cannot be used.
  public init(_ endpoint: String, name: String? = nil, _ settings: Settings = Settings()) throws(ContextError) {
    precondition(settings.connections > 0 && settings.valueBytes > 0, "a source asks for something")
    guard let url = URL(string: endpoint), let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty,
      ["http", "https"].contains(scheme), url.user == nil, url.password == nil, url.query == nil, url.fragment == nil
    else {
      throw ContextError(
        .network, "an endpoint is http:// or https:// with a host and a path, and has no user, query or fragment",
        provider: name ?? "http", isPassing: false)
    }
    self.name = name ?? host
    guard settings.headers.areSendable else {
      throw ContextError(
        .network, "a header's name is a token, and its value one line", provider: self.name, isPassing: false)
    }
    base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    self.settings = settings
    exchange = HTTPExchange(
      connections: settings.connections, timeout: settings.timeout, bodyBytes: settings.valueBytes)
    known = Cache(
      capacity: max(1, settings.rememberedBytes), clock: { 0 }, weigher: { $0.utf8.count + $1.bytes.count + 256 })
  }

  // MARK: Asking

  public func fetch(_ names: [String]) async throws(ContextError) -> [ContextAnswer] {
    await withTaskGroup(of: (Int, ContextAnswer).self) { group in
      var answers: [ContextAnswer] = Array(repeating: .absent, count: names.count)
      var waiting = names.enumerated().makeIterator()
      func startNext() {
        guard let (place, name) = waiting.next() else { return }
        group.addTask { (place, await self.fetch(name)) }
      }
      for _ in 0..<settings.connections { startNext() }
      for await (place, answer) in group {
        answers[place] = answer
        startNext()
      }
      return answers
    }
  }

  private func fetch(_ key: String) async -> ContextAnswer {
    do throws(ContextError) {
      let component = HTTPPath.component(of: key)
      let known = known.get(component)
      var headers = settings.headers.fields
      if let known { headers["If-None-Match"] = known.tag }
      let reply = try await send("GET", component, headers, nil, key)
      switch reply.status {
      case 200, 203:
        // One that is short travels as quickly as the answer that it is the same.
        if let tag = reply["ETag"], reply.body.count > 256 {
          self.known.put(component, Known(tag: tag, bytes: reply.body))
        } else {
          self.known.remove(component)
        }
        return .value(ContextContent(reply.body, lifetime: HTTPFreshness.lifetime(reply)))
      case 304:
        guard let known else { throw HTTPFailure.unexpected.error(key, name) }
        return .value(ContextContent(known.bytes, lifetime: HTTPFreshness.lifetime(reply)))
      case 204, 404, 410:
        self.known.remove(component)
        return .absent
      default: throw HTTPRefusal.error(reply, key, name, isSetting: false)
      }
    } catch {
      return .failed(error)
    }
  }

  public func store(_ content: [UInt8]?, for key: String, lifetime: Duration?) async throws(ContextError) -> UInt64 {
    let component = HTTPPath.component(of: key)
    var headers = settings.headers.fields
    if content != nil {
      headers["Content-Type"] = headers["Content-Type"] ?? "application/json"
      if let lifetime { headers["Cache-Control"] = "max-age=\(HTTPFreshness.seconds(lifetime))" }
    }
    let reply = try await send(content == nil ? "DELETE" : "PUT", component, headers, content, key)
    known.remove(component)
    switch reply.status {
    case 200...299: return 0
    case 404, 410: if content == nil { return 0 }
    default: break
    }
    throw HTTPRefusal.error(reply, key, name, isSetting: true)
  }

  private func send(
    _ method: String, _ component: String, _ headers: [String: String], _ body: [UInt8]?, _ key: String
  ) async throws(ContextError) -> HTTPReply {
    guard let url = URL(string: base + "/" + component) else {
      throw ContextError(.invalidKey, "there is no address for the name", key: key, provider: name)
    }
    do throws(HTTPFailure) {
      return try await exchange.send(HTTPRequest(method: method, url: url, headers: headers, body: body))
    } catch {
      throw error.error(key, name)
    }
  }
}
