import HoldfastContract
import HoldfastSDK
import HoldfastWire

extension Command {
  static let keysList = Command(
    name: "keys list",
    summary: "Lists the keys by which a hub has sealed what it keeps.",
    details: """
      In text: the number, when it was made, whether it is in force, its space and whom it is for. The last line says how
      far the hub has come with sealing what it has by the keys in force. For administrators.
      """,
    options: [.value("--space", "NAME", "Of this space alone.")],
    connection: HubLocation.options,
    examples: ["holdfast keys list --data ./hub"],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      var request = ListKeysRequest(space: arguments["--space"] ?? "")
      while true {
        let reply = try await hub.administration.listKeys(request)
        for key in reply.keys { show(key, on: console) }
        guard reply.more, let last = reply.keys.last else {
          show(reply.progress, on: console)
          return .done
        }
        request.after = last.id
      }
    })

  static let keysRotate = Command(
    name: "keys rotate",
    summary: "Puts new keys in the place of those by which a hub seals.",
    details: """
      What is written from now on is sealed by the new keys. What there is already is sealed anew while the hub serves,
      which `keys list` tells of; then the old keys are destroyed. A backup of the data from before opens with a backup of
      the keys from before. For administrators.

      A master key that is not in a file is replaced by a restart with --master-key and --previous-master-key.
      """,
    options: [
      .value("--space", "NAME", "Of this space alone."),
      .flag("--master", "Replace the master key instead, in its file."),
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast keys rotate --data ./hub", "holdfast keys rotate --space notes --data ./hub",
      "holdfast keys rotate --master --data ./hub",
    ],
    run: { arguments, console in
      guard arguments["--space"] == nil || !arguments.has("--master") else {
        throw UsageError(message: "keys rotate: --space and --master do not go together")
      }
      let hub = try await Client.connect(arguments)
      let reply = try await hub.administration.rotateKeys(
        RotateKeysRequest(space: arguments["--space"] ?? "", master: arguments.has("--master")))
      console.result(
        arguments.has("--master")
          ? "\(reply.keys) keys are sealed by a new master key" : "\(reply.keys) keys have been replaced",
        json: ["keys": .unsigned(reply.keys)])
      return .done
    })
}

private func show(_ key: KeyInfo, on console: Console) {
  let state = key.retired ? "replaced" : "in force"
  console.result(
    "\(key.id)\t\(key.made.text)\t\(state)\t\(key.space)\t\(subject(key) ?? "")",
    json: [
      "id": .unsigned(key.id), "made": .string(key.made.text), "in_force": .bool(!key.retired),
      "space": .string(key.space), "subject": subject(key).map { .string($0) } ?? .null,
    ])
}

/// Whom a key is for. What replies have read has keys of its own, under a name that nobody can have.
private func subject(_ key: KeyInfo) -> String? {
  key.subject.isEmpty ? nil : key.subject.hasPrefix("\u{0}") ? "(replies)" : key.subject
}

private func show(_ progress: SealingProgress, on console: Console) {
  console.result(
    progress.isRunning
      ? "sealing: \(progress.lookedAt) of about \(progress.total) contents looked at, \(progress.sealed) sealed anew"
      : "all contents are sealed by keys in force",
    json: [
      "sealing": .bool(progress.isRunning), "looked_at": .unsigned(progress.lookedAt),
      "total": .unsigned(progress.total), "sealed": .unsigned(progress.sealed),
    ])
}
