import HoldfastCrypto
import HoldfastRPC
import HoldfastSDK
import HoldfastWire

/// A command's connection to its hub.
enum Client {
  /// Connects to the hub that the command line or the environment names.
  static func connect(
    _ arguments: Arguments, settings: ClientSettings = ClientSettings()
  ) async throws(CommandFailure) -> Hub {
    try await connect(HubLocation(arguments, environment: Program.environment), settings: settings)
  }

  static func connect(
    _ location: HubLocation, settings: ClientSettings = ClientSettings()
  ) async throws(CommandFailure) -> Hub {
    var settings = settings
    settings.agent = "holdfast-cli/" + Program.version
    do {
      return try await Hub.connect(
        to: location.address, token: location.token ?? "", trust: try trust(location.trust),
        certificate: location.certificate.map { .init(chain: .file($0.chain), privateKey: .file($0.key)) },
        settings: settings)
    } catch let error as HubError {
      throw CommandFailure(ExitCode(error.code), error.message, hint: hint(error, location))
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure(.failed, "\(error)")
    }
  }

  /// What to do about a hub that does not take the client, or that the client does not take.
  private static func hint(_ error: HubError, _ location: HubLocation) -> String? {
    switch error.code {
    // What the hub says of a certificate tells what to do already.
    case .refused where location.certificate != nil: nil
    case .refused: "Show another token with --token-file; an administrator makes one with `holdfast token create`."
    case .untrusted:
      switch (error.cause as? LinkError)?.code {
      case .certificateExpired: "Give the hub a new certificate, and tell it so with the signal HUP."
      case .wrongHost: "Start the hub with --host for the name that you use, or use one that the certificate is for."
      default:
        "If it is the right hub, give the --pin that it printed when it started, or with --ca the tls/ca.pem of its "
          + "data directory. If it is not, show it no token."
      }
    default: nil
    }
  }

  private static func trust(_ trust: HubLocation.Trust) throws(CommandFailure) -> TLSClientConfiguration.Trust {
    switch trust {
    case .authority(let pem): return .certificateAuthority(.text(pem))
    case .pin(let text):
      guard let hash = bytes(hex: text), hash.count == SHA256.size else {
        throw CommandFailure(.usage, "a pin is 64 hexadecimal digits, as `serve` prints them, not \"\(text)\"")
      }
      return .pinnedKey(hash)
    }
  }
}

extension ExitCode {
  fileprivate init(_ code: HubError.Code) {
    switch code {
    case .usage: self = .usage
    case .unreachable: self = .unreachable
    case .refused, .untrusted: self = .refused
    default: self = .failed
    }
  }

  /// What a status means to the shell, where no declared error says it better.
  init(_ status: Status) {
    switch status {
    case .notFound: self = .notFound
    case .aborted, .alreadyExists: self = .conflict
    case .unavailable, .deadlineExceeded: self = .unreachable
    case .unauthenticated, .permissionDenied: self = .refused
    default: self = .failed
    }
  }
}

/// An error that knows what it means to a person at the shell.
protocol CommandFailureConvertible: Error {
  var commandFailure: CommandFailure { get }
}

extension CallError: CommandFailureConvertible {
  var commandFailure: CommandFailure {
    declared.map { CommandFailure(declared: $0.error) } ?? CommandFailure(ExitCode(status), message)
  }
}
