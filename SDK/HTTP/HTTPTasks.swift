import Foundation
import HoldfastRPC

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The requests that are under way, as a session tells of them.
final class HTTPTasks: NSObject, URLSessionDataDelegate, Sendable {
  typealias Caller = CheckedContinuation<Result<HTTPReply, HTTPFailure>, Never>

  private struct Pending {
    let caller: Caller
    var status = 0
    var headers: [String: String] = [:]
    var body: [UInt8] = []
  }

  private let bodyBytes: Int
  private let pending = Lock<[Int: Pending]>([:])

  init(bodyBytes: Int) { self.bodyBytes = bodyBytes }

  func begin(_ task: Int, _ caller: Caller) { pending.withLock { $0[task] = Pending(caller: caller) } }

  /// Tells the caller, once.
  func finish(_ task: Int, _ outcome: Result<HTTPReply, HTTPFailure>) {
    pending.withLock { $0.removeValue(forKey: task)?.caller }?.resume(returning: outcome)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    // It is decided elsewhere what a redirection is told.
    completionHandler(nil)
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    note(response, of: dataTask.taskIdentifier)
    completionHandler(.allow)
  }

  private func note(_ response: URLResponse, of task: Int) {
    guard let response = response as? HTTPURLResponse else { return }
    var headers: [String: String] = [:]
    for (name, value) in response.allHeaderFields {
      if let name = name as? String, let value = value as? String { headers[name.lowercased()] = value }
    }
    pending.withLock { [headers] pending in
      pending[task]?.status = response.statusCode
      pending[task]?.headers = headers
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let isTooLarge = pending.withLock { pending in
      guard let count = pending[dataTask.taskIdentifier]?.body.count else { return false }
      guard count + data.count <= bodyBytes else { return true }
      pending[dataTask.taskIdentifier]?.body += data
      return false
    }
    guard isTooLarge else { return }
    finish(dataTask.taskIdentifier, .failure(HTTPFailure(.tooLarge, "the answer has more than \(bodyBytes) bytes")))
    dataTask.cancel()
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    if let error { return finish(task.taskIdentifier, .failure(HTTPFailure(error))) }
    // One that is not followed is told only now.
    if let response = task.response { note(response, of: task.taskIdentifier) }
    let reply = pending.withLock { pending in
      pending[task.taskIdentifier].map { HTTPReply(status: $0.status, headers: $0.headers, body: $0.body) }
    }
    guard let reply else { return }
    finish(task.taskIdentifier, reply.status == 0 ? .failure(.unexpected) : .success(reply))
  }
}

extension HTTPFailure {
  /// What a session says. Neither the address nor anything else of the request is taken over from it.
  fileprivate init(_ error: any Error) {
    let code = (error as? URLError)?.code
    let number = code?.rawValue ?? 0
    switch code {
    case .cancelled?: self = .cancelled
    case .timedOut?: self.init(.timedOut, "the request took too long")
    case .serverCertificateUntrusted?, .serverCertificateHasBadDate?, .serverCertificateHasUnknownRoot?,
      .serverCertificateNotYetValid?, .secureConnectionFailed?, .clientCertificateRejected?,
      .clientCertificateRequired?:
      self.init(.untrusted, "TLS failed (URLError \(number))")
    case _ where code.map { Self.garbled.contains($0) } ?? false:
      self.init(.unexpected, "the answer is no HTTP that is understood (URLError \(number))")
    default: self.init(.unreachable, "the connection failed (URLError \(number))")
    }
  }

  /// What is said of answers that are no HTTP. Where curl does the work, one that is no HTTP at all seems to be of an unknown
  /// scheme, and a bad response is none: the connection was closed before.
  private static let garbled: Set<URLError.Code> = {
    var codes: Set<URLError.Code> = [
      .cannotParseResponse, .cannotDecodeRawData, .cannotDecodeContentData, .dataLengthExceedsMaximum,
    ]
    #if canImport(FoundationNetworking)
      codes.insert(.unsupportedURL)
    #else
      codes.insert(.badServerResponse)
    #endif
    return codes
  }()
}
