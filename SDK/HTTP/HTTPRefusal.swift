import HoldfastSDK

/// What refusals and failures mean for who asked.
enum HTTPRefusal {
  static func error(_ reply: HTTPReply, _ key: String, _ provider: String, isSetting: Bool) -> ContextError {
    func error(_ code: ContextError.Code, _ message: String, isPassing: Bool = false) -> ContextError {
      ContextError(
        code, "\(message) (status \(reply.status))", key: key, provider: provider, isPassing: isPassing,
        retryAfter: isPassing ? HTTPFreshness.retryAfter(reply) : nil)
    }
    switch reply.status {
    case 408, 425, 429, 500, 502...504, 506...599:
      return error(.unavailable, "the endpoint cannot answer now", isPassing: true)
    case 401, 407: return error(.network, "the endpoint does not take the credential: give the program a fresh one")
    case 403: return error(.network, "the endpoint refuses: ask whoever runs it for access")
    case 405 where isSetting, 501 where isSetting:
      return error(.readOnly, "the endpoint's values cannot be set; set them where they come from")
    case 413 where isSetting: return error(.invalidValue, "the endpoint does not take it: it is too large")
    case 414: return error(.invalidKey, "the endpoint does not take the name: it is too long")
    case 400...499, 501, 505: return error(.network, "the endpoint does not do what it is asked: check its address")
    default: return error(.corruption, "the endpoint's answer is none to what was asked")
    }
  }
}

extension HTTPFailure {
  func error(_ key: String, _ provider: String) -> ContextError {
    let (code, message, isPassing): (ContextError.Code, String, Bool) =
      switch kind {
      case .cancelled: (.cancelled, "the caller gave up", false)
      case .timedOut: (.unavailable, "the endpoint did not answer in time", true)
      case .unreachable: (.network, "the endpoint cannot be reached now", true)
      case .untrusted: (.network, "the endpoint is not who it should be: check its certificate", false)
      case .tooLarge: (.corruption, "the endpoint's answer is too large to be a value", false)
      case .unexpected: (.corruption, "the endpoint's answer is no HTTP that is understood", false)
      case .redirection: (.network, "the endpoint sends elsewhere, and not as it may", false)
      }
    return ContextError(code, message, key: key, provider: provider, causes: [self], isPassing: isPassing)
  }
}
