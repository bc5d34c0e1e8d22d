import COpenSSL
import HoldfastCrypto

extension LinkError {
  /// What OpenSSL's check of a certificate found, in words.
  init(verification code: Int32, certificate: Certificate?, peerName: String) {
    let shown = certificate.map(\.shownName) ?? "the certificate"
    switch code {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      let day = certificate.map { " on \(Self.day(ofSecond: $0.notAfter))" } ?? ""
      self.init(.certificateExpired, "The certificate of \(peerName) (\(shown)) expired\(day): it has to be renewed.")
    case X509_V_ERR_CERT_NOT_YET_VALID:
      let day = certificate.map { " before \(Self.day(ofSecond: $0.notBefore))" } ?? ""
      self.init(
        .certificateExpired,
        "The certificate of \(peerName) (\(shown)) is not valid\(day): one of the two clocks is wrong.")
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      let hosts = certificate.map(\.shownHosts) ?? "another host"
      self.init(.wrongHost, "The certificate is for \(hosts), not for \(peerName).")
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE, X509_V_ERR_CERT_UNTRUSTED:
      self.init(
        .unknownAuthority,
        "The certificate of \(peerName) (\(shown)) comes from no authority that is trusted here.")
    case X509_V_ERR_APPLICATION_VERIFICATION:
      let hash = certificate.map { hex($0.publicKeyHash) } ?? "another"
      self.init(.wrongPin, "The key of \(peerName) is not the pinned one; its hash is \(hash).")
    default:
      let reason = String(cString: X509_verify_cert_error_string(Int(code)))
      self.init(.badCertificate, "The certificate of \(peerName) (\(shown)) is refused: \(reason).")
    }
  }

  /// What OpenSSL's queue says first, in words.
  init(openSSL error: UInt, peerName: String) {
    let reason = ERR_GET_REASON(error)
    let text = ERR_reason_error_string(error).map { String(cString: $0) } ?? "error \(error)"
    guard ERR_GET_LIB(error) == ERR_LIB_SSL else {
      self.init(.tls, "TLS with \(peerName) failed: \(text).")
      return
    }
    switch reason {
    case SSL_AD_REASON_OFFSET...:
      self.init(alert: reason - SSL_AD_REASON_OFFSET, peerName: peerName)
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      self.init(.truncated, "\(peerName) closed the connection without a word.")
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      self.init(.badCertificate, "\(peerName) showed no certificate, which is required here.")
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      self.init(.noCommonProtocol, "\(peerName) does not speak TLS 1.3.")
    case SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_CALLBACK_FAILED:
      self.init(.noCommonProtocol, "\(peerName) does not speak \(TLSContext.protocolName).")
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG:
      self.init(.tls, "\(peerName) does not speak TLS.")
    default:
      self.init(.tls, "TLS with \(peerName) failed: \(text).")
    }
  }

  /// What a fatal alert of the peer means for this side.
  private init(alert: Int32, peerName: String) {
    switch alert {
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      self.init(.noCommonProtocol, "\(peerName) does not speak \(TLSContext.protocolName).")
    case SSL_AD_PROTOCOL_VERSION:
      self.init(.noCommonProtocol, "\(peerName) does not speak TLS 1.3.")
    case SSL_AD_CERTIFICATE_REQUIRED:
      self.init(.refusedByPeer, "\(peerName) lets nobody in without a certificate.")
    case SSL_AD_UNKNOWN_CA:
      self.init(.refusedByPeer, "\(peerName) does not trust the authority of this side's certificate.")
    case SSL_AD_CERTIFICATE_EXPIRED:
      self.init(.refusedByPeer, "\(peerName) says that this side's certificate has expired.")
    case SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED,
      SSL_AD_CERTIFICATE_UNKNOWN:
      self.init(.refusedByPeer, "\(peerName) does not accept this side's certificate.")
    default:
      let text = String(cString: SSL_alert_desc_string_long(alert))
      self.init(.refusedByPeer, "\(peerName) ended TLS: \(text).")
    }
  }

  /// The day in UTC, as 2031-05-17.
  static func day(ofSecond second: Int64) -> String {
    // Days since 0000-03-01, by eras of 400 years (Howard Hinnant, chrono-compatible date algorithms).
    let days = (second >= 0 ? second : second - 86_399) / 86_400 + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let parts = [month, dayOfYear - (153 * shifted + 2) / 5 + 1].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(year)-\(parts[0])-\(parts[1])"
  }
}

extension Certificate {
  /// The name to show of a certificate, whatever its maker put in it.
  fileprivate var shownName: String {
    Self.shown(commonName ?? hostNames.first ?? addresses.first ?? "without a name")
  }

  /// The hosts that the certificate is for, as far as they fit in a message.
  fileprivate var shownHosts: String {
    let hosts = hostNames + addresses
    if hosts.isEmpty { return "no host" }
    return hosts.prefix(4).map(Self.shown).joined(separator: ", ") + (hosts.count > 4 ? ", …" : "")
  }

  /// At most 64 characters, and nothing that a terminal or a log would take for more than text.
  private static func shown(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.prefix(64).map { $0.value < 0x20 || $0.value == 0x7f ? "?" : $0 }))
  }
}
