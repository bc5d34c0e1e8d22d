import HoldfastContract
import HoldfastCrypto
import HoldfastSDK
import HoldfastServer
import HoldfastStore
import HoldfastWire

extension Command {
  static let tokenCreate = Command(
    name: "token create",
    summary: "Makes a token and prints it, this once; or lets a client certificate in.",
    details: """
      Without --space it reaches no space, without --write it only reads, without --service it may call all.

      With --certificate there is no token: whoever connects with a certificate of that key may do what is said here. The
      key counts, so that a renewed certificate needs no new token. Limits come from the hub's settings unless given.
      """,
    positionals: [Positional(name: "NAME", summary: "What it is for.")],
    options: [
      .list("--space", "NAME", "A space that it reaches; a * at the end stands for any ending."),
      .list("--service", "NAME", "A service that it may call, such as Persistence."),
      .flag("--write", "It may change values, not only read them."),
      .flag("--admin", "It may create and revoke tokens, and set quotas."),
      .value("--expires-in", "TIME", "It ends after this: 12h, 30d. Without, it does not end."),
      .value(
        "--certificate", "FILE",
        "Let this client certificate in: a PEM file, or the SHA-256 of its\npublic key in hexadecimal."),
    ] + Option.clientLimits(standard: nil),
    connection: HubLocation.options,
    examples: [
      "holdfast token create app --space 'notes*' --write --expires-in 30d --data ./hub",
      "holdfast token create reader --space '*' --service Persistence --data ./hub > reader.token",
      "holdfast token create device-7 --space 'home-*' --certificate device-7.pem --rate 50/s --data ./hub",
    ],
    run: { arguments, console in
      let request = CreateTokenRequest(
        name: arguments.positional("NAME") ?? "",
        scope: TokenScope(
          spaces: arguments.list("--space"), services: arguments.list("--service"), write: arguments.has("--write"),
          admin: arguments.has("--admin")),
        expiresIn: try arguments.duration("--expires-in"),
        limits: TokenLimits(try arguments.clientLimits()), certificateKey: try certificateKey(arguments))
      let hub = try await Client.connect(arguments)
      let reply = try await hub.administration.createToken(request)
      let rights = scope(reply.info.scope)
      guard reply.info.certificateKey.isEmpty else {
        console.result("\(reply.info.id)", json: ["token": nil, "info": json(reply.info)])
        console.note("The certificate \(hex(reply.info.certificateKey)) is let in and \(rights).")
        return .done
      }
      console.note("Token \(reply.info.id), \(rights). It is shown only now.")
      console.result(reply.token, json: ["token": .string(reply.token), "info": json(reply.info)])
      return .done
    })

  static let tokenList = Command(
    name: "token list",
    summary: "Lists tokens and certificates by id, without a token's text.",
    connection: HubLocation.options,
    examples: ["holdfast token list --data ./hub"],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      let reply = try await hub.administration.listTokens(ListTokensRequest())
      for token in reply.tokens {
        let end =
          token.revoked.map { "revoked \($0.text)" } ?? token.expires.map { "until \($0.text)" } ?? "without end"
        let words = [token.id, token.name, scope(token.scope), end] + limits(token.limits) + certificate(token)
        console.result(words.joined(separator: "\t"), json: json(token))
      }
      return .done
    })

  static let tokenRevoke = Command(
    name: "token revoke",
    summary: "Ends a token, or a certificate's rights, at once, and the connections that came with it.",
    positionals: [Positional(name: "ID", summary: "As `token list` shows it.")],
    connection: HubLocation.options,
    examples: ["holdfast token revoke 3f2a90c1d4e5 --data ./hub"],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      let reply = try await hub.administration.revokeToken(RevokeTokenRequest(id: arguments.positional("ID") ?? ""))
      console.result("revoked \(reply.info.id)", json: json(reply.info))
      return .done
    })
}

private func scope(_ scope: TokenScope) -> String {
  if scope.admin { return "admin" }
  let spaces = scope.spaces.isEmpty ? "no space" : scope.spaces.joined(separator: ", ")
  let services = scope.services.isEmpty ? "" : " by \(scope.services.joined(separator: ", "))"
  return "\(scope.write ? "reads and writes" : "reads") \(spaces)\(services)"
}

/// What a token says about how much its client may take.
private func limits(_ limits: TokenLimits) -> [String] {
  func text(_ number: UInt64?, _ unit: String) -> String? { number.map { $0 == 0 ? "any\(unit)" : "\($0)\(unit)" } }
  let parts = [
    text(limits.callsPerSecond.map(UInt64.init), " calls/s"), text(limits.bytesPerSecond, " B/s"),
    limits.burst.map { "burst \($0)" }, text(limits.connections.map(UInt64.init), " connections"),
  ].compactMap(\.self)
  return parts.isEmpty ? [] : [parts.joined(separator: ", ")]
}

private func certificate(_ token: TokenInfo) -> [String] {
  token.certificateKey.isEmpty ? [] : ["certificate \(hex(token.certificateKey))"]
}

/// The hash that `--certificate` stands for; nothing without it.
private func certificateKey(_ arguments: Arguments) throws -> [UInt8] {
  guard let text = arguments["--certificate"] else { return [] }
  if text.utf8.count == 2 * SHA256.size, let hash = bytes(hex: text) { return hash }
  do {
    return try Certificate.publicKeyHash(ofPEM: LocalFile.readText(text))
  } catch let error as FileError {
    throw UsageError(
      message: "--certificate: \(error.description)",
      hint: "Give a PEM file, or \(2 * SHA256.size) hexadecimal digits of the SHA-256 of the certificate's public key.")
  } catch {
    throw UsageError(message: "--certificate: \(text) holds no certificate that can be read: \(error)")
  }
}

private func json(_ limits: TokenLimits) -> JSON {
  [
    "calls_per_second": limits.callsPerSecond.map { .unsigned(UInt64($0)) } ?? .null,
    "bytes_per_second": limits.bytesPerSecond.map { .unsigned($0) } ?? .null,
    "burst_seconds": limits.burst.map { .number($0 / .seconds(1)) } ?? .null,
    "connections": limits.connections.map { .unsigned(UInt64($0)) } ?? .null,
  ]
}

private func json(_ token: TokenInfo) -> JSON {
  [
    "id": .string(token.id), "name": .string(token.name),
    "spaces": .array(token.scope.spaces.map { .string($0) }),
    "services": .array(token.scope.services.map { .string($0) }),
    "write": .bool(token.scope.write), "admin": .bool(token.scope.admin), "created": .string(token.created.text),
    "expires": token.expires.map { .string($0.text) } ?? .null,
    "revoked": token.revoked.map { .string($0.text) } ?? .null, "limits": json(token.limits),
    "certificate": token.certificateKey.isEmpty ? .null : .string(hex(token.certificateKey)),
  ]
}
