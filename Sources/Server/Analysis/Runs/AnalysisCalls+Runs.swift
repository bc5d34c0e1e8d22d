internal import HoldfastAnalysis
internal import HoldfastCache
internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Analyses of columns.
extension AnalysisCalls {
  nonisolated(nonsending) func start(_ request: StartRequest, context: CallContext) async throws -> StartReply {
    try admit(context, .write, to: request.space)
    let content = try await files.content(of: request.file, in: request.space)
    let (options, layout) = try await checked(request.options, for: content, in: request.space)
    let identity = try persistence.operation(context, nil) { hash in
      hash.append(counted: request.space)
      hash.append(counted: request.file.bytes)
      hash.append(counted: request.options.encoded())
    }
    let (run, now, who) = (UUID(), persistence.now, context.client.id)
    let begun = Lock<BegunRun?>(nil)
    let trace = RunTrace(in: context.trace)
    let estimated = ExpectedRun(file: request.file, options: options.encoded())
    let expected = runs.expected.get(estimated) ?? 0
    let reply = try await persistence.mutate(request.space, who, identity, nil) { [runs] mutation, transaction in
      guard try FileTable.isThere(content.record, transaction) else { throw NoSuchFile(file: request.file) }
      let space = mutation.account.id
      let made = try AnalysisRunTable.insert(
        run, of: request.file, checksum: content.record.checksum, space: space, options,
        version: runs.version(of: options.chain, for: space), expected: expected, at: now, by: who, transaction)
      try trace.write(toRun: made.id, transaction)
      mutation.entries.append(LogEntry(kind: .analysisBegan, key: run.bytes, content: SHA256.hash(options.encoded())))
      begun.withLock { $0 = BegunRun(id: made.id, columns: made.columns) }
      return StartReply(run: run, traceparent: trace.context.traceparent)
    }
    // An earlier call began it where the reply is another's.
    if reply.run == run, let begun = begun.withLock({ $0 }) {
      files.meter.runsBegun.add()
      runs.live.begin(begun.id, as: estimated, now: .now())
      // Of what was analysed before, it is known how many rows there are.
      if await !runs.enter(begun.columns) { runs.count(content, layout, of: begun.id) }
    }
    return reply
  }

  nonisolated(nonsending) func run(_ request: RunRequest, context: CallContext) async throws -> RunStatus {
    try admit(context, .read, to: request.space)
    return try await status(of: find(request.run, in: request.space), in: request.space)
  }

  nonisolated(nonsending) func listRuns(_ request: ListRunsRequest, context: CallContext) async throws -> ListRunsReply
  {
    try admit(context, .read, to: request.space)
    let limit = request.limit == 0 ? Limits.listDefault : min(Int(request.limit), Limits.listedRuns)
    var before = Int64.max
    if let run = request.before { before = try await find(run, in: request.space).id }
    var found = try await persistence.storing {
      try await store.scan { [spaces = persistence.spaces, before] transaction -> [AnalysisRun] in
        guard let space = try spaces.id(of: request.space, transaction) else { return [] }
        return try AnalysisRunTable.page(space: space, before: before, limit: limit + 1, transaction)
      }
    }
    let hasMore = found.count > limit
    if hasMore { found.removeLast() }
    var reply = ListRunsReply(more: hasMore)
    for run in found { reply.runs.append(try await status(of: run, in: request.space)) }
    return reply
  }

  nonisolated(nonsending) func cancel(_ request: RunRequest, context: CallContext) async throws -> RunStatus {
    try admit(context, .write, to: request.space)
    let run = try await find(request.run, in: request.space)
    _ = try await persistence.storing { try await runs.end(run.id, .cancelled, failure: "") }
    return try await status(of: find(request.run, in: request.space), in: request.space)
  }

  nonisolated(nonsending) func logs(_ request: LogRequest, context: CallContext) async throws -> LogReply {
    try admit(context, .read, to: request.space)
    let run = try await find(request.run, in: request.space)
    let limit = request.limit == 0 ? Limits.listDefault : min(Int(request.limit), Limits.listValues)
    let seal = persistence.seal(of: request.space)
    return try await persistence.storing {
      try await store.scan { transaction in
        let names = try AnalysisRunTable.columnNames(of: run.id, transaction)
        let column = try Self.column(request.column, in: names)
        var entries = try RunLogTable.page(
          run: run.id, column: column, after: Int64(clamping: request.after), limit: limit + 1,
          names: names, opening: seal, transaction)
        let hasMore = entries.count > limit
        if hasMore { entries.removeLast() }
        return LogReply(entries: entries, more: hasMore)
      }
    }
  }

  // MARK: Parts

  nonisolated(nonsending) func find(_ run: UUID, in space: String) async throws -> AnalysisRun {
    let found = try await persistence.storing {
      try await store.read { [spaces = persistence.spaces] transaction -> AnalysisRun? in
        guard let id = try spaces.id(of: space, transaction) else { return nil }
        return try AnalysisRunTable.find(run, space: id, transaction)
      }
    }
    guard let found else { throw NoSuchRun(run: run) }
    return found
  }

  nonisolated(nonsending) func status(of run: AnalysisRun, in space: String) async throws -> RunStatus {
    let seal = persistence.seal(of: space)
    let columns = try await persistence.storing {
      try await store.read { try AnalysisRunTable.columns(of: run.id, opening: seal, $0) }
    }
    return runs.status(of: run, columns, in: space)
  }

  /// - Returns: nil where none is named.
  static func column(_ name: String, in columns: [Int64: String]) throws -> Int64? {
    guard !name.isEmpty else { return nil }
    guard let column = columns.first(where: { $0.value == name }) else {
      throw NoSuchColumn(column: name, known: columns.sorted { $0.key < $1.key }.map(\.value))
    }
    return column.key
  }

  /// The options with what was left open filled in.
  nonisolated(nonsending) func checked(
    _ options: RunOptions, for content: FileContent, in space: String
  ) async throws -> (RunOptions, FileLayout) {
    var options = options
    let account = try await persistence.storing {
      try await store.read { [spaces = persistence.spaces] in try spaces.id(of: space, $0) }
    }
    guard !options.columns.isEmpty, options.columns.count <= Limits.runColumns else {
      throw CallError<Never>(.invalidArgument, "an analysis has 1 to \(Limits.runColumns) columns")
    }
    guard Set(options.columns).count == options.columns.count else {
      throw CallError<Never>(.invalidArgument, "an analysis has each column once")
    }
    let chains = runs.chains(for: account ?? 0)
    guard chains.contains(options.chain) else { throw NoSuchChain(chain: options.chain, known: chains.sorted()) }
    guard let rule = HoldfastAnalysis.TokenRules.named(options.tokens) else {
      let names = HoldfastAnalysis.TokenRules.all.map(\.name).joined(separator: ", ")
      throw CallError<Never>(
        .invalidArgument, "there is no rule \(options.tokens) by which tokens are counted; there are \(names)")
    }
    options.tokens = rule.name
    guard Self.price(options) != nil else {
      throw CallError<Never>(.invalidArgument, "a price is a decimal number, such as 0.10")
    }
    let layout = try await content.layout(as: options.dialect)
    options.dialect = FileDialect(layout.dialect)
    for column in options.columns where !layout.columns.contains(column) {
      throw NoSuchColumn(column: column, known: Array(layout.columns.prefix(Limits.toldColumns)))
    }
    return (options, layout)
  }
}

extension ChangeKind {
  /// An analysis began. Watches of values leave it out.
  static let analysisBegan = ChangeKind(rawValue: 23)

  /// Whether the log's key is the identity of an analysis.
  var isOfAnalysis: Bool { self == .analysisBegan }
}

private struct BegunRun: Sendable {
  let id: Int64
  let columns: [EnteringColumn]
}
