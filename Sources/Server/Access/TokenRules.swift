internal import HoldfastRPC

/// What a hub asks of a token before it makes it.
enum TokenRules {
  static func check(
    name: String, scope: Scope, limits: ClientLimits, lifetime: Duration?
  ) throws(TokenError) {
    let isPlain = { (text: String) in text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }
    guard !name.isEmpty, name.utf8.count <= Limits.tokenNameBytes, isPlain(name) else {
      throw TokenError("A token needs a name of one line and at most \(Limits.tokenNameBytes) bytes.")
    }
    guard scope.spaces.count <= Limits.tokenSpaces, scope.services.count <= Limits.tokenServices else {
      throw TokenError("A token names at most \(Limits.tokenSpaces) spaces and \(Limits.tokenServices) services.")
    }
    for word in scope.spaces.map(\.description) + scope.services {
      guard !word.isEmpty, word.utf8.count <= Limits.spaceNameBytes, isPlain(word) else {
        throw TokenError("\"\(word)\" cannot be the name of a space or service.")
      }
    }
    if let lifetime, !(1...Limits.tokenSeconds).contains(lifetime.components.seconds) {
      throw TokenError("A token is valid for at least a second and at most a hundred years.")
    }
    let isInRange = [
      (limits.callsPerSecond, Limits.callsPerSecond), (limits.bytesPerSecond, Limits.bytesPerSecond),
      (limits.connections, Limits.clientConnections),
    ].allSatisfy { number, most in (0...most).contains(number ?? 0) }
    guard isInRange, (.milliseconds(1)...Limits.burst).contains(limits.burst ?? Limits.burst) else {
      throw TokenError(
        "A client's limits end at \(Limits.callsPerSecond) calls and \(Limits.bytesPerSecond) bytes in a second, "
          + "\(Limits.clientConnections) connections and a burst of \(Limits.burst).")
    }
  }
}
