import HoldfastRPC
import HoldfastServer
import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Command {
  static let serve = Command(
    name: "serve",
    summary: "Runs a hub.",
    details: """
      The first start makes the data directory, a development authority with a certificate, and an admin token.
      TERM and INT let calls end and stop the hub; a second one stops it at once. HUP reads the certificate and
      the file of --client-ca again.

      A flag comes before the environment (--client-ca is HOLDFAST_CLIENT_CA there), and that before the file that
      --config names. The file has a setting a line: client-ca = FILE; # begins a comment. Lists are written with commas.
      """,
    options: [.config, .printConfig],
    settings: serveSettings,
    examples: [
      "holdfast serve --data ./hub", "holdfast serve --data ./hub --listen 0.0.0.0:7443 --host hub.example",
      "holdfast serve --config /etc/holdfast.conf --print-config",
    ],
    run: { arguments, console in
      let arguments = try arguments.configured(environment: Program.environment)
      if arguments.has(Option.printConfig.name) {
        if arguments["--data"] != nil { _ = try ServeSettings(arguments) }
        arguments.printSettings(console)
        return .done
      }
      var settings = try ServeSettings(arguments)
      settings.hub.log = { console.remark("holdfast: " + $0) }
      // Before anybody can know that the hub is there: whoever does may send a signal at once.
      let signals = try Signals()
      let hub = try await startHub(settings.hub)
      announce(hub, console)
      return try await obey(signals, hub, grace: settings.grace, console)
    })
}

private func startHub(_ options: HubServer.Options) async throws(CommandFailure) -> HubServer {
  do {
    return try await HubServer.start(options)
  } catch let error as StoreError {
    throw CommandFailure(.failed, error.message)
  } catch {
    throw CommandFailure(.failed, "\(error)")
  }
}

private func announce(_ hub: HubServer, _ console: Console) {
  let directory = hub.directory
  console.result(
    """
    The hub listens on \(hub.address).

      data         \(directory.path)
      admin token  \(directory.adminToken)
      authority    \(directory.authority)
      key's pin    \(hub.fingerprint)

    On this machine:
      holdfast put greeting hello --data \(directory.path)
      holdfast get greeting --data \(directory.path)
    From elsewhere, with a token of its own and the authority's file or the pin:
      holdfast token create app --space '*' --write --data \(directory.path)
      holdfast get greeting --hub \(hub.address) --token-file FILE --pin \(hub.fingerprint)
    """,
    json: [
      "event": "listening", "address": .string(hub.address.description), "fingerprint": .string(hub.fingerprint),
    ])
}

/// Serves until a signal says to stop.
private func obey(
  _ signals: Signals, _ hub: HubServer, grace: Duration, _ console: Console
) async throws -> ExitCode {
  while true {
    switch try await signals.next() {
    case .reload:
      do {
        try hub.reload()
        console.remark("holdfast: new connections get the certificate with the pin \(hub.fingerprint)")
      } catch {
        console.remark("holdfast: the certificate stays as it was: \(error)")
      }
    case .stop:
      console.remark("holdfast: stopping; calls under way may take \(grace) to end")
      // Whoever asks twice does not want to wait. What was acknowledged is on the disk already.
      Task {
        do {
          while try await signals.next() != .stop {}
        } catch {
          return console.remark("holdfast: signals cannot be read, only KILL ends the hub early: \(error)")
        }
        exit(ExitCode.failed.rawValue)
      }
      await hub.drain(grace: grace)
      return .done
    }
  }
}
