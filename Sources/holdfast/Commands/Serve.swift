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
      TERM and INT let calls end and stop the hub; a second one stops it at once. HUP reads the certificate again.
      """,
    options: [
      .value("--data", "DIR", "Where the hub keeps everything; made if it does not exist."),
      .value("--listen", "HOST:PORT", "Where it listens; 127.0.0.1:7443 unless given. Port 0 takes a free one."),
      .list("--host", "NAME", "Another name or address by which clients reach it, for the certificate."),
      .value("--client-ca", "FILE", "Also know clients by certificates of this authority."),
      .value("--loops", "N", "Threads that serve connections; 1 unless given."),
      .value("--grace", "TIME", "How long calls may take to end when the hub stops; 30s unless given."),
    ],
    examples: ["holdfast serve --data ./hub", "holdfast serve --data ./hub --listen 0.0.0.0:7443 --host hub.example"],
    run: { arguments, console in
      let grace = try arguments.duration("--grace") ?? .seconds(30)
      let options = try hubOptions(arguments, console)
      // Before anybody can know that the hub is there: whoever does may send a signal at once.
      let signals = try Signals()
      let hub = try await startHub(options)
      announce(hub, console)
      return try await obey(signals, hub, grace: grace, console)
    })
}

private func hubOptions(_ arguments: Arguments, _ console: Console) throws(UsageError) -> HubServer.Options {
  guard let directory = arguments["--data"] ?? Program.environment("HOLDFAST_DATA") else {
    throw UsageError(message: "--data DIR is missing", hint: "For example: holdfast serve --data ./hub")
  }
  var options = HubServer.Options(directory: HubDirectory(path: directory))
  if let text = arguments["--listen"] {
    guard let address = SocketAddress(text) else {
      throw UsageError(message: "--listen takes HOST:PORT such as 127.0.0.1:7443, not \"\(text)\"")
    }
    options.address = address
  }
  options.hosts = arguments.list("--host")
  options.clientAuthority = arguments["--client-ca"]
  options.loops = try arguments.count("--loops", default: 1, in: 1...64)
  options.log = { console.remark("holdfast: " + $0) }
  return options
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
        while let wish = try? await signals.next() {
          if wish == .stop { exit(ExitCode.failed.rawValue) }
        }
      }
      await hub.drain(grace: grace)
      return .done
    }
  }
}
