import HoldfastRPC
import HoldfastSDK
import HoldfastStore

extension Command {
  static let bench = Command(
    name: "bench",
    summary: "Measures a hub, the way to it, replicas, caches, files and chains; every reply is checked.",
    details: """
      echo     unary calls that send the payload and get it back
      put      durable writes of the payload
      get      reads of values of the payload's size, which are written first
      stream   items of reply streams; latencies are the times between items
      connect  new connections: TCP, TLS without resumption, hello, one call

      Replicas, in files of their own in a temporary directory, with notes of the payload's size:

      enqueue      durable changes without a hub, by --inflight writers on one replica
      drain        a queue of --operations changes, until the hub has done them all
      bootstrap    a new device, until it has all that the space holds
      propagation  a change on one device until another has seen it; one at a time

      reconnect    --devices that come back at the same moment to a hub that was away, which the benchmark starts for
                   itself. All are in this process, each with an identity of its own, on --connections: one for each
                   device unless given, and each needs a descriptor here and one in the hub. Half have missed
                   something, every tenth brings a change. Fails when one is not in step after five minutes, or when
                   the hub lets in more at once than it may.

      cache        without a hub: gets of a cache with --capacity entries, by one thread and by two. With --trace, the
                   share of a trace's requests that the cache answers, beside a cache that lets the least recently used
                   go, and the best that can be; fails when it is a point below the former. A trace has one key a line;
                   lines that begin with an asterisk are passed over.

      save         durable saves of values with --payload characters of text by --inflight callers at once, with the
                   SQLite adapter or, with --adapter file, the one that keeps each value in a file
      seal         saves and loads by the memory adapter, plain and sealed. Fails when sealing costs 3 µs or more.

      csv          without a hub: splits the --file of separated fields, as often as there is time, by one thread. Says
                   megabytes a second of the pass in the middle; fails when there are no records.

      profile      without a hub: profiles the --file whole, as often as there is time, by one thread. Fails when passes
                   find different things, or all rows need more memory than the first 100,000.

      estimate     without a hub: estimates --runs of all chains over texts of different shape, and then makes them. Fails
                   when fewer than nine in ten end within the bounds, the bounds are wider than a quarter to either side,
                   or the estimate is off by more than 15 %, at the median. Wants a machine that does nothing else.

      context      without a hub: lookups of context that is known already, on one thread, by a provider and by composites
                   of three. Fails below 2,000,000 a second of the provider, or 100,000 of a composite.

      sentiment    without a hub: texts that the sentiment chain reads on one thread, by the processor's time. With --texts,
                   those of a file, of which each line has an id, a rating and a text, parted by tabs; where they are
                   rated, also how well the chain agrees.
      """,
    positionals: [Positional(name: "KIND", summary: "One of these.")],
    options: [
      .value("--connections", "C", "Connections; 1 unless given, but of reconnect."),
      .value("--inflight", "K", "Calls at once, on all connections together; 64 unless given."),
      .value(
        "--tasks", "T",
        "Of echo, put and get: tasks that make the calls, each with its share of them under way; a task for each call unless given."
      ),
      .value("--payload", "BYTES", "Bytes of a payload, such as 100 or 1KiB; 100 unless given."),
      .value("--seconds", "S", "How long; 5 unless given, 30 of estimate."),
      .value("--operations", "N", "Of drain: how many wait; 10000 unless given."),
      .flag("--random-keys", "Of enqueue and drain: notes have random keys, not those that ascend with time."),
      .value("--devices", "N", "Of reconnect: how many come back; 10000 unless given."),
      .value("--capacity", "N", "Of cache: entries that it may have; 100000 unless given."),
      .value("--adapter", "NAME", "Of save: sqlite or file; sqlite unless given."),
      .list("--trace", "FILE", "Of cache: a trace, - for standard input; may be given again."),
      .value("--file", "FILE", "Of csv and profile: what is read; its dialect is found out."),
      .value("--runs", "N", "Of estimate: how many; 100 unless given."),
      .list("--texts", "FILE", "Of sentiment: texts, - for standard input; may be given again."),
      .space,
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast bench echo --data ./hub",
      "holdfast bench put --connections 8 --inflight 64 --payload 1KiB --seconds 10 --json --data ./hub",
      "zcat loop.trace.gz | holdfast bench cache --trace - --capacity 512",
    ],
    run: { arguments, console in
      let shape = try BenchShape(arguments)
      switch try await measure(shape, arguments) {
      case .calls(let result):
        report(result, shape, console)
        return result.errors == 0 && result.calls > 0 ? .done : .failed
      case .reconnection(let result):
        result.report(console)
        return result.isRight ? .done : .failed
      case .cacheReplays(let replays):
        for replay in replays { replay.report(console) }
        return replays.allSatisfy(\.isRight) ? .done : .failed
      case .cacheSpeed(let speed):
        speed.report(console)
        return .done
      case .contextSpeeds(let speeds):
        for speed in speeds { speed.report(console) }
        return speeds.allSatisfy(\.isEnough) ? .done : .failed
      case .csvSpeed(let speed):
        speed.report(console)
        return speed.isRight ? .done : .failed
      case .profiling(let finding):
        finding.report(console)
        return finding.isRight ? .done : .failed
      case .estimates(let quality):
        quality.report(console)
        return quality.isGood ? .done : .failed
      case .sentiments(let reports):
        for report in reports { report.report(console) }
        return .done
      case .sealing(let finding):
        finding.report(console)
        return finding.isEnough ? .done : .failed
      }
    })
}

/// What is to be measured.
private struct BenchShape {
  enum Kind: String, CaseIterable {
    case echo, put, get, stream, connect
    case enqueue, drain, bootstrap, propagation
    case reconnect
    case cache
    case save, seal
    case context
    case csv, profile
    case estimate
    case sentiment
  }

  let kind: Kind
  let connections: Int?
  let inflight: Int
  /// Nil where each call has a task of its own.
  let tasks: Int?
  let payload: Int
  let seconds: Double
  let operations: Int
  let hasRandomKeys: Bool
  let devices: Int
  let capacity: Int
  let adapter: SaveBench.Place
  /// Files.
  let traces: [String]
  let file: String
  let runs: Int
  let texts: [String]

  init(_ arguments: Arguments) throws(UsageError) {
    let word = arguments.positional("KIND") ?? ""
    guard let kind = Kind(rawValue: word) else {
      throw UsageError(
        message: "bench: there is no benchmark \"\(word)\"",
        hint: Spelling.hint(for: word, among: Kind.allCases.map(\.rawValue)) ?? "See `holdfast bench --help`.")
    }
    self.kind = kind
    connections = try arguments.count("--connections", in: 1...Limits.benchConnections)
    inflight = try arguments.count("--inflight", in: 1...Limits.benchInflight) ?? 64
    tasks = try arguments.count("--tasks", in: 1...inflight)
    guard tasks == nil || [.echo, .put, .get].contains(kind) else {
      throw UsageError(message: "bench: --tasks is for echo, put and get")
    }
    payload = try arguments.bytes("--payload", in: 0...Limits.benchPayload) ?? 100
    operations = try arguments.count("--operations", in: 1...Limits.benchOperations) ?? 10_000
    hasRandomKeys = arguments.has("--random-keys")
    guard !hasRandomKeys || kind == .enqueue || kind == .drain else {
      throw UsageError(message: "bench: --random-keys is for enqueue and drain")
    }
    devices = try arguments.count("--devices", in: 1...Limits.benchDevices) ?? 10_000
    capacity = try arguments.count("--capacity", in: 1...Limits.benchCapacity) ?? 100_000
    traces = arguments.list("--trace")
    guard kind == .cache || traces.isEmpty && arguments["--capacity"] == nil else {
      throw UsageError(message: "bench: --capacity and --trace are for cache")
    }
    file = arguments["--file"] ?? ""
    let readsFile = kind == .csv || kind == .profile
    guard readsFile != file.isEmpty else {
      throw UsageError(
        message: readsFile ? "bench: \(kind.rawValue) needs a --file" : "bench: --file is for csv and profile")
    }
    runs = try arguments.count("--runs", in: 1...Limits.benchRuns) ?? 100
    guard kind == .estimate || arguments["--runs"] == nil else {
      throw UsageError(message: "bench: --runs is for estimate")
    }
    texts = arguments.list("--texts")
    guard kind == .sentiment || texts.isEmpty else {
      throw UsageError(message: "bench: --texts is for sentiment")
    }
    let adapterName = arguments["--adapter"]
    guard kind == .save || adapterName == nil else {
      throw UsageError(message: "bench: --adapter is for save")
    }
    guard let adapter = SaveBench.Place(rawValue: adapterName ?? SaveBench.Place.sqlite.rawValue) else {
      throw UsageError(message: "bench: --adapter is sqlite or file, not \"\(adapterName ?? "")\"")
    }
    self.adapter = adapter
    seconds = (try arguments.duration("--seconds") ?? .seconds(kind == .estimate ? 30 : 5)) / .seconds(1)
  }
}

/// What was found.
private enum BenchFinding {
  case calls(BenchResult)
  case reconnection(ReconnectResult)
  case cacheReplays([CacheReplay])
  case cacheSpeed(CacheSpeed)
  case contextSpeeds([ContextBench.Speed])
  case sentiments([SentimentBench.Report])
  case sealing(SealBench.Finding)
  case csvSpeed(CSVSpeed)
  case profiling(ProfileBench.Finding)
  case estimates(EstimateQuality)
}

private func measure(_ shape: BenchShape, _ arguments: Arguments) async throws -> BenchFinding {
  // No byte equals its neighbour, so that a shifted reply shows.
  let payload = (0..<shape.payload).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8) }
  let space = arguments.space
  func connect() async throws -> Hub { try await Client.connect(arguments) }
  func hubs() async throws -> [Hub] {
    var hubs: [Hub] = []
    for _ in 0..<(shape.connections ?? 1) { hubs.append(try await connect()) }
    return hubs
  }
  func calls(_ work: some BenchWork, over hubs: [Hub]) async throws -> BenchFinding {
    .calls(try await Benchmark(work: work, hubs: hubs, lanes: shape.inflight).run(seconds: shape.seconds))
  }
  func unaryCalls(_ work: some PipelinedWork) async throws -> BenchFinding {
    guard let tasks = shape.tasks else { return try await calls(work, over: hubs()) }
    return .calls(
      try await Benchmark(work: work, hubs: hubs(), lanes: tasks).run(seconds: shape.seconds, inflight: shape.inflight))
  }
  func replicas(_ body: (ReplicaBench) async throws -> BenchResult) async throws -> BenchFinding {
    let bench = try ReplicaBench(payload: shape.payload, space: space, hasRandomKeys: shape.hasRandomKeys)
    defer { bench.cleanUp() }
    return .calls(try await body(bench))
  }
  switch shape.kind {
  case .echo: return try await unaryCalls(EchoWork(payload: payload))
  case .put: return try await unaryCalls(PutWork(payload: payload, space: space))
  case .get: return try await unaryCalls(GetWork(payload: payload, space: space))
  case .stream: return try await calls(StreamWork(size: shape.payload), over: hubs())
  case .connect:
    let location = try HubLocation(arguments, environment: Program.environment)
    return try await calls(ConnectWork(location: location), over: [connect()])
  case .enqueue: return try await replicas { try await $0.enqueue(writers: shape.inflight, seconds: shape.seconds) }
  case .drain: return try await replicas { try await $0.drain(shape.operations, to: connect()) }
  case .bootstrap: return try await replicas { try await $0.bootstrap(from: connect()) }
  case .propagation:
    return try await replicas { try await $0.propagation(from: connect(), to: connect(), seconds: shape.seconds) }
  case .reconnect:
    let bench = ReconnectBench(
      devices: shape.devices, connections: shape.connections ?? shape.devices, payload: shape.payload)
    return .reconnection(try await bench.run())
  case .cache:
    let bench = CacheBench(capacity: shape.capacity)
    guard !shape.traces.isEmpty else { return .cacheSpeed(try await bench.gets(seconds: shape.seconds)) }
    return .cacheReplays(
      try shape.traces.map { bench.replay(CacheTrace(try read($0, limit: Limits.traceBytes)), from: $0) })
  case .save:
    let bench = SaveBench(place: shape.adapter, payload: shape.payload)
    return .calls(try await bench.run(callers: shape.inflight, seconds: shape.seconds))
  case .seal: return .sealing(try await SealBench(payload: shape.payload).run(seconds: shape.seconds))
  case .csv: return .csvSpeed(try CSVBench(path: shape.file).run(seconds: shape.seconds))
  case .profile: return .profiling(try ProfileBench(path: shape.file).run(seconds: shape.seconds))
  case .estimate:
    var bench = EstimateBench()
    return .estimates(try bench.run(shape.runs, seconds: shape.seconds))
  case .context: return .contextSpeeds(try await ContextBench().run(seconds: shape.seconds))
  case .sentiment:
    let bench = SentimentBench()
    guard !shape.texts.isEmpty else {
      return .sentiments([try bench.run(.messages, from: "messages", seconds: shape.seconds)])
    }
    let seconds = shape.seconds / Double(shape.texts.count)
    return .sentiments(
      try shape.texts.map { name in
        let texts = try RatedTexts(read(name, limit: Limits.benchTextsBytes), from: name)
        return try bench.run(texts, from: name, seconds: seconds)
      })
  }
}

private func read(_ name: String, limit: Int) throws(CommandFailure) -> [UInt8] {
  do {
    return try LocalFile.read(name == "-" ? "/dev/stdin" : name, limit: limit)
  } catch {
    throw CommandFailure(.usage, error.description)
  }
}

private func report(_ result: BenchResult, _ shape: BenchShape, _ console: Console) {
  if let error = result.firstError {
    console.remark("holdfast: \(result.errors) calls failed, the first with: \(error)")
  }
  console.result(
    """
    \(shape.kind.rawValue): \(shape.inflight) in flight\(shape.tasks.map { " by \($0) tasks" } ?? "") on \
    \(shape.connections ?? 1) connections, \(shape.payload) bytes, \(result.seconds) s
      calls      \(result.calls), \(Int(result.callsPerSecond)) a second, \(result.errors) failed
      latency    median \(result.microseconds(0.5)) µs, 99 % \(result.microseconds(0.99)) µs, \
    99.9 % \(result.microseconds(0.999)) µs, longest \(result.longestMicroseconds) µs
      client     \(result.clientCPUSeconds) s of CPU, \(residentPeakKiB()) KiB at most
    """,
    json: [
      "op": .string(shape.kind.rawValue), "connections": .integer(shape.connections ?? 1),
      "inflight": .integer(shape.inflight), "tasks": shape.tasks.map { .integer($0) } ?? .null,
      "payload": .integer(shape.payload), "calls": .unsigned(result.calls),
      "seconds": .number(result.seconds), "calls_per_s": .number(result.callsPerSecond),
      "p50_us": .number(result.microseconds(0.5)), "p99_us": .number(result.microseconds(0.99)),
      "p999_us": .number(result.microseconds(0.999)), "max_us": .number(result.longestMicroseconds),
      "errors": .integer(result.errors), "client_cpu_s": .number(result.clientCPUSeconds),
      "client_max_rss_kib": .integer(residentPeakKiB()),
    ])
}
