import Foundation
import HoldfastRPC

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Requests and their replies. Follows redirections; remembers neither cookies nor credentials nor answers.
final class HTTPExchange: Sendable {
  private static let redirections = 5

  private let tasks: HTTPTasks
  private let session: URLSession

  init(connections: Int, timeout: Duration, bodyBytes: Int) {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpMaximumConnectionsPerHost = connections
    configuration.timeoutIntervalForRequest = timeout / .seconds(1)
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    configuration.urlCache = nil
    configuration.urlCredentialStorage = nil
    configuration.httpCookieStorage = nil
    configuration.httpShouldSetCookies = false
    configuration.httpCookieAcceptPolicy = .never
    tasks = HTTPTasks(bodyBytes: bodyBytes)
    session = URLSession(configuration: configuration, delegate: tasks, delegateQueue: nil)
  }

  // The session holds its delegate until then.
  deinit { session.invalidateAndCancel() }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPReply {
    var request = request
    for _ in 0...Self.redirections {
      let reply = try await once(request)
      guard let next = try Self.redirection(reply, request) else { return reply }
      request = next
    }
    throw HTTPFailure(.redirection, "more than \(Self.redirections) redirections")
  }

  /// What to send next; nil when that is the reply.
  static func redirection(_ reply: HTTPReply, _ request: HTTPRequest) throws(HTTPFailure) -> HTTPRequest? {
    guard [301, 302, 303, 307, 308].contains(reply.status) else { return nil }
    guard let url = reply["Location"].flatMap({ URL(string: $0, relativeTo: request.url) })?.absoluteURL,
      let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme), url.host != nil
    else { throw HTTPFailure(.redirection, "the redirection leads nowhere") }
    guard scheme == "https" || request.url.scheme?.lowercased() == "http" else {
      throw HTTPFailure(.redirection, "the redirection gives up TLS")
    }
    guard request.method == "GET" || [307, 308].contains(reply.status) else {
      throw HTTPFailure(.redirection, "the redirection makes another request of it")
    }
    // Elsewhere nothing is said that was for the endpoint.
    let headers = origin(url) == origin(request.url) ? request.headers : [:]
    return HTTPRequest(method: request.method, url: url, headers: headers, body: request.body)
  }

  private static func origin(_ url: URL) -> [String] {
    let scheme = url.scheme?.lowercased() ?? ""
    return [scheme, url.host?.lowercased() ?? "", "\(url.port ?? (scheme == "https" ? 443 : 80))"]
  }

  private func once(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPReply {
    var wanted = URLRequest(url: request.url)
    wanted.httpMethod = request.method
    wanted.httpShouldHandleCookies = false
    for (name, value) in request.headers { wanted.setValue(value, forHTTPHeaderField: name) }
    if let body = request.body { wanted.httpBody = Data(body) }
    let task = session.dataTask(with: wanted)
    let tasks = tasks
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        tasks.begin(task.taskIdentifier, caller)
        // Whoever gives up from here on is found among those who wait.
        if Task.isCancelled {
          tasks.finish(task.taskIdentifier, .failure(.cancelled))
          task.cancel()
        } else {
          task.resume()
        }
      }
    } onCancel: {
      task.cancel()
      tasks.finish(task.taskIdentifier, .failure(.cancelled))
    }
    return try outcome.get()
  }
}
