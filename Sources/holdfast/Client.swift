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
        to: location.address, token: location.token ?? "", trust: try trust(location.trust), settings: settings)
    } catch let error as HubError {
      throw CommandFailure(ExitCode(error.code), error.message)
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure(.failed, "\(error)")
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
    case .refused: self = .refused
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
