import HoldfastContract
import HoldfastSDK
import HoldfastWire

extension Command {
  static let tokenCreate = Command(
    name: "token create",
    summary: "Makes a token and prints it, this once.",
    details: "Without --space it reaches no space, without --write it only reads, without --service it may call all.",
    positionals: [Positional(name: "NAME", summary: "What it is for.")],
    options: [
      .list("--space", "NAME", "A space that it reaches; a * at the end stands for any ending."),
      .list("--service", "NAME", "A service that it may call, such as Persistence."),
      .flag("--write", "It may change values, not only read them."),
      .flag("--admin", "It may create and revoke tokens, and set quotas."),
      .value("--expires-in", "TIME", "It ends after this: 12h, 30d. Without, it does not end."),
    ] + HubLocation.options,
    examples: [
      "holdfast token create app --space 'notes*' --write --expires-in 30d --data ./hub",
      "holdfast token create reader --space '*' --service Persistence --data ./hub > reader.token",
    ],
    run: { arguments, console in
      let request = CreateTokenRequest(
        name: arguments.positional("NAME") ?? "",
        scope: TokenScope(
          spaces: arguments.list("--space"), services: arguments.list("--service"), write: arguments.has("--write"),
          admin: arguments.has("--admin")),
        expiresIn: try arguments.duration("--expires-in"))
      let hub = try await Client.connect(arguments)
      let reply = try await hub.administration.createToken(request)
      console.remark("Token \(reply.info.id), \(scope(reply.info.scope)). It is shown only now.")
      console.result(reply.token, json: ["token": .string(reply.token), "info": json(reply.info)])
      return .done
    })

  static let tokenList = Command(
    name: "token list",
    summary: "Lists tokens by id, without their text.",
    options: HubLocation.options,
    examples: ["holdfast token list --data ./hub"],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      let reply = try await hub.administration.listTokens(ListTokensRequest())
      for token in reply.tokens {
        let end =
          token.revoked.map { "revoked \($0.text)" } ?? token.expires.map { "until \($0.text)" } ?? "without end"
        console.result("\(token.id)\t\(token.name)\t\(scope(token.scope))\t\(end)", json: json(token))
      }
      return .done
    })

  static let tokenRevoke = Command(
    name: "token revoke",
    summary: "Ends a token at once, and the connections that came with it.",
    positionals: [Positional(name: "ID", summary: "As `token list` shows it.")],
    options: HubLocation.options,
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

private func json(_ token: TokenInfo) -> JSON {
  [
    "id": .string(token.id), "name": .string(token.name),
    "spaces": .array(token.scope.spaces.map { .string($0) }),
    "services": .array(token.scope.services.map { .string($0) }),
    "write": .bool(token.scope.write), "admin": .bool(token.scope.admin), "created": .string(token.created.text),
    "expires": token.expires.map { .string($0.text) } ?? .null,
    "revoked": token.revoked.map { .string($0.text) } ?? .null,
  ]
}
