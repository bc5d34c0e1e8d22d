import HoldfastServer
import HoldfastStore

/// Which hub a client command speaks to, and how it proves who it is.
struct HubLocation: Sendable {
  /// What makes the client believe that the hub is the right one.
  enum Trust: Sendable, Hashable {
    /// A certificate that this authority signed; PEM text.
    case authority(pem: String)
    /// A certificate with this public key; SHA-256 of it, as `serve` prints it.
    case pin(String)
  }

  /// HOST:PORT.
  let address: String
  let token: String?
  /// PEM files by which the client shows who it is, where that is not done by a token.
  let certificate: (chain: String, key: String)?
  let trust: Trust

  static let options: [Option] = [
    .value("--hub", "HOST:PORT", "The hub's address. Environment: HOLDFAST_HUB."),
    .value(
      "--token-file", "FILE",
      "The file that holds the token.\nEnvironment: HOLDFAST_TOKEN_FILE, or HOLDFAST_TOKEN itself."),
    .value(
      "--client-certificate", "FILE",
      "A certificate to show in place of a token. Environment:\nHOLDFAST_CLIENT_CERTIFICATE."),
    .value("--client-key", "FILE", "Its private key. Environment: HOLDFAST_CLIENT_KEY."),
    .value("--ca", "FILE", "The authority of the hub's certificate. Environment: HOLDFAST_CA."),
    .value("--pin", "PIN", "The fingerprint of the hub's key, instead of --ca. Environment: HOLDFAST_PIN."),
    .value("--data", "DIR", "Use the hub of this data directory on this machine.\nEnvironment: HOLDFAST_DATA."),
  ]

  /// Finds the hub: options come before the environment, and both before what a data directory says.
  init(_ arguments: Arguments, environment: (String) -> String?) throws(CommandFailure) {
    let directory = (arguments["--data"] ?? environment("HOLDFAST_DATA")).map(HubDirectory.init(path:))
    guard let address = try Self.address(arguments["--hub"] ?? environment("HOLDFAST_HUB"), directory) else {
      throw CommandFailure(
        .usage, "no hub is named", hint: "Give --hub HOST:PORT, or --data DIR for a hub on this machine.")
    }
    self.address = address
    certificate = try Self.certificate(arguments, environment)
    // The admin token in the directory is not what somebody means who names a certificate.
    token = try Self.token(arguments, environment, certificate == nil ? directory : nil)
    guard let trust = try Self.trust(arguments, environment, directory) else {
      throw CommandFailure(
        .usage, "nothing says how to know the hub", hint: "Give --ca FILE or --pin PIN, as `serve` printed them.")
    }
    self.trust = trust
  }

  private static func address(
    _ given: String?, _ directory: HubDirectory?
  ) throws(CommandFailure) -> String? {
    if let given { return given }
    guard let directory else { return nil }
    do {
      if try LocalFile.status(of: directory.address) != nil { return try LocalFile.readText(directory.address) }
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    throw CommandFailure(
      .unreachable, "no hub has run in \(directory.path)", hint: "Start it: holdfast serve --data \(directory.path)")
  }

  private static func token(
    _ arguments: Arguments, _ environment: (String) -> String?, _ directory: HubDirectory?
  ) throws(CommandFailure) -> String? {
    if let file = arguments["--token-file"] { return try read(file) }
    if let token = environment("HOLDFAST_TOKEN") { return token }
    if let file = environment("HOLDFAST_TOKEN_FILE") { return try read(file) }
    return try directory.map { directory throws(CommandFailure) in try read(directory.adminToken) }
  }

  private static func certificate(
    _ arguments: Arguments, _ environment: (String) -> String?
  ) throws(CommandFailure) -> (chain: String, key: String)? {
    let chain = arguments["--client-certificate"] ?? environment("HOLDFAST_CLIENT_CERTIFICATE")
    let key = arguments["--client-key"] ?? environment("HOLDFAST_CLIENT_KEY")
    switch (chain, key) {
    case (nil, nil): return nil
    case (let chain?, let key?): return (chain, key)
    case (nil, _): throw CommandFailure(.usage, "a key without a certificate", hint: "Give --client-certificate FILE.")
    case (_, nil): throw CommandFailure(.usage, "a certificate without its key", hint: "Give --client-key FILE.")
    }
  }

  private static func trust(
    _ arguments: Arguments, _ environment: (String) -> String?, _ directory: HubDirectory?
  ) throws(CommandFailure) -> Trust? {
    if let pin = arguments["--pin"] { return .pin(pin) }
    if let file = arguments["--ca"] { return .authority(pem: try read(file)) }
    if let pin = environment("HOLDFAST_PIN") { return .pin(pin) }
    if let file = environment("HOLDFAST_CA") ?? directory?.authority { return .authority(pem: try read(file)) }
    return nil
  }

  private static func read(_ file: String) throws(CommandFailure) -> String {
    do {
      return try LocalFile.readText(file)
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }
}
