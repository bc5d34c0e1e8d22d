import HoldfastRPC
import HoldfastServer
import HoldfastStore

extension Command {
  /// What a hub can be told, by flag, environment or file.
  static let serveSettings: [Option] =
    [
      .value("--data", "DIR", "Where the hub keeps everything; made if it does not exist."),
      .value(
        "--listen", "HOST:PORT", "Where it listens. Port 0 takes a free one.", standard: "127.0.0.1:7443"),
      .list("--host", "NAME", "Another name or address by which clients reach it, for the certificate."),
      .value(
        "--client-ca", "FILE",
        "Take client certificates of this authority only. Without it, `token create\n--certificate` alone says which ones."
      ),
      .flag(
        "--seal",
        "Keep the contents of values, context and entities sealed on the disk. Once they are,\nthe hub starts with its keys only."
      ),
      .value(
        "--master-key", "WHERE",
        "Where the key is that seals the others: file:PATH, env:NAME, credential:NAME (of systemd)\nor passphrase-env:NAME. Default: file:DIR/master.key, made if it does not exist."
      ),
      .value(
        "--previous-master-key", "WHERE", "Where the one before it is: the keys are then sealed by the new one."),
      .value("--loops", "N", "Threads that serve connections.", standard: "1"),
      .value("--grace", "TIME", "How long calls may take to end when the hub stops.", standard: "30s"),
      .value("--connections", "N", "Connections at once; more are closed as they come.", standard: "16384"),
    ] + Option.clientLimits(standard: "none") + [
      .value("--space-bytes", "SIZE", "Keys and contents of a space that has no quota of its own.", standard: "16GiB"),
      .value(
        "--space-values", "N", "Values and entities of a space that has no quota of its own.", standard: "50000000"),
      .value("--value-bytes", "SIZE", "The largest value.", standard: "32MiB"),
      .value(
        "--workers", "N", "Threads of its own that analyse columns; 0 leaves that to `holdfast worker`.", standard: "2"),
      .value("--file-bytes", "SIZE", "The largest file that is uploaded for analysis.", standard: "64GiB"),
      .value("--keep-uploads", "TIME", "How long an upload that broke off can be gone on with.", standard: "1d"),
      .value("--keep-changes", "TIME", "How long changes stay for watches that come back to them.", standard: "30d"),
      .value("--keep-changes-count", "N", "Changes that a space keeps at most.", standard: "10000000"),
      .value("--keep-outcomes", "TIME", "How long a write that is sent again happens only once.", standard: "7d"),
    ]
}

/// How a hub is to be run, as its settings say.
struct ServeSettings {
  var hub: HubServer.Options
  /// How long calls may take to end when the hub stops.
  var grace = Duration.seconds(30)

  /// Reads settings that are complete.
  init(_ arguments: Arguments) throws(UsageError) {
    guard let directory = arguments["--data"] else {
      throw UsageError(message: "--data DIR is missing", hint: "For example: holdfast serve --data ./hub")
    }
    hub = HubServer.Options(directory: HubDirectory(path: directory))
    if let text = arguments["--listen"] {
      guard let address = SocketAddress(text) else {
        throw UsageError(
          message: "\(arguments.name(of: "--listen")) takes HOST:PORT such as 127.0.0.1:7443, not \"\(text)\"")
      }
      hub.address = address
    }
    hub.hosts = arguments.list("--host")
    hub.clientLimits = try arguments.clientLimits()
    hub.clientAuthority = arguments["--client-ca"]
    if arguments.has("--seal") {
      hub.master = try arguments.masterSecret("--master-key") ?? .file(hub.directory.masterKey)
      hub.previousMaster = try arguments.masterSecret("--previous-master-key")
    } else {
      for option in ["--master-key", "--previous-master-key"] where arguments[option] != nil {
        throw UsageError(message: "\(arguments.name(of: option)) goes with --seal")
      }
    }
    if let loops = try arguments.count("--loops", in: 1...64) { hub.loops = loops }
    if let grace = try arguments.duration("--grace") { self.grace = grace }
    if let count = try arguments.count("--connections", in: 1...Limits.hubConnections) { hub.connections = count }
    if let bytes = try arguments.bytes("--space-bytes", in: 1...Int.max) { hub.persistence.spaceBytes = Int64(bytes) }
    if let count = try arguments.count("--space-values", in: 1...Int.max) {
      hub.persistence.spaceValues = Int64(count)
    }
    if let bytes = try arguments.bytes("--value-bytes", in: 1...Limits.valueBytes) {
      hub.persistence.valueBytes = bytes
    }
    if let count = try arguments.count("--workers", in: 0...Limits.hubWorkers) { hub.analysis.workers = count }
    if let bytes = try arguments.bytes("--file-bytes", in: 1...Int(HoldfastServer.Limits.fileBytes)) {
      hub.analysis.fileBytes = Int64(bytes)
    }
    if let time = try arguments.duration("--keep-uploads") { hub.analysis.uploadsKept = time }
    if let time = try arguments.duration("--keep-changes") { hub.persistence.changesKept = time }
    if let count = try arguments.count("--keep-changes-count", in: 0...Int.max) {
      hub.persistence.changesKeptCount = Int64(count)
    }
    if let time = try arguments.duration("--keep-outcomes") { hub.persistence.outcomesKept = time }
  }
}
