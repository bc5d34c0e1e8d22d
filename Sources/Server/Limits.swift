/// Every bound of this module.
package enum Limits {
  // Access
  /// Tokens that a hub keeps, revoked ones included.
  package static let tokens = 10_000
  /// Bytes of the name that a person gives a token.
  package static let tokenNameBytes = 128
  /// Patterns of spaces in one token.
  package static let tokenSpaces = 64
  /// Services that one token names.
  package static let tokenServices = 32
  /// Bytes of the name of a space, or of a pattern.
  package static let spaceNameBytes = 128
  /// The most that a client can be limited to: calls and bytes in a second, connections, and time to make up for.
  package static let callsPerSecond = 1_000_000_000
  package static let bytesPerSecond = 1 << 40
  package static let clientConnections = 1_000_000
  package static let burst: Duration = .seconds(3_600)
  /// The longest that a token may be valid, in seconds: a hundred years.
  package static let tokenSeconds: Int64 = 36_525 * 86_400

  // Diagnostics
  /// Bytes of one item of a diagnostic stream.
  package static let diagnosticItemBytes = 1 << 20

  // Persistence
  /// Bytes of a key, in UTF-8.
  package static let keyBytes = 1_024
  /// Bytes of a value's type.
  package static let typeBytes = 256
  /// Bytes of a value's content, unless the hub is set up otherwise.
  package static let valueBytes = 32 << 20
  /// Bytes of the largest content that travels in one message, beside all else in it; larger ones go in pieces.
  static let inlineBytes = 4 << 20 - 64 << 10
  /// Bytes of content in one piece of a download.
  static let pieceBytes = 128 << 10
  /// Bytes of all contents that are on their way in pieces.
  static let transferBytes = 256 << 20
  /// Operations of one batch or transaction.
  static let batchOperations = 1_000
  /// Bytes of an idempotency key.
  static let operationKeyBytes = 64
  /// Values of a page when the client does not say, and at most.
  static let listDefault = 100
  static let listValues = 1_000
  /// Bytes of contents after which a page of a list or a watch ends.
  static let pageBytes = 1 << 20
  /// What a value in a page takes beside its content and key, about.
  static let valueOverheadBytes = 64
  /// Rows of the log that a watch reads at once.
  static let watchRows = 256
  /// Spaces that an administrator is shown.
  static let listedSpaces = 10_000
  /// Names of spaces whose ids are remembered.
  static let spaceNames = 100_000
  /// Spaces whose rows the writer has at hand.
  static let recentSpaces = 1_024
  /// Values whose records the writer has at hand, and bytes of the longest key for that.
  static let recentValues = 8_192
  static let recentKeyBytes = 128
  /// Rows of logs for which the writer keeps room from group to group.
  static let keptChangeRows = 1_024
  /// Expired values that one transaction removes.
  static let purgedValues = 256
  /// Changes whose outcomes one transaction forgets, and changes that it cuts off a log.
  static let tendedChanges = 256
  /// Spaces whose logs are looked at in a turn of housekeeping.
  static let tendedSpaces = 1_000
  /// Transactions that the log of one space gets in a turn.
  static let tendingSteps = 64
  /// The longest that a value may be kept before it expires, in seconds: a hundred years.
  static let expirySeconds: Int64 = 36_525 * 86_400
  /// What a client waits before it tries again.
  static let overloadPause: Duration = .milliseconds(100)

  // Context
  /// Bytes of a name, and of a user or device that it is set for.
  static let contextNameBytes = 1_024
  static let contextOwnerBytes = 128
  /// Names that one call looks up.
  static let contextNames = 256
  /// Bytes of one content, and of all in the reply to a lookup, which is read without leaving the loop.
  static let contextBytes = 256 << 10

  // Sealing
  /// Bytes of the name of whom a value is about.
  package static let subjectBytes = 256
  /// Keys that are at hand; others are read from their file.
  static let keysAtHand = 65_536
  /// Rows that one transaction seals anew, and rows that are looked at for that in one read.
  static let sealedRows = 64
  static let sweptRows = 4_096
  /// The same of large rows.
  static let sealedLargeRows = 8
  static let sweptLargeRows = 256
  /// How long a key stays at hand that was replaced and destroyed: reads that began before that are over then.
  static let keyLingering: Duration = .seconds(60)
  /// Such reads in one turn of housekeeping.
  static let sweepSteps = 16
  /// Keys that an administrator is shown at once.
  static let listedKeys = 1_000

  // Audit
  /// Findings that a report lists.
  static let auditFindings = 100
  /// Changes, and values, that are read in one transaction: a longer one would hold back the hub's checkpoints.
  static let auditedChanges = 4_096
  static let auditedValues = 64
  /// The largest file of signed heads: some hundred thousand spaces.
  static let auditHeadsBytes = 64 << 20

  /// Earlier runs of the hub that its database knows the ends of.
  static let runs: Int64 = 1_000

  // Sync
  /// Entity types of one space, and of one program.
  static let entityTypes = 1_000
  /// Entity types whose descriptions the writer has at hand.
  static let recentTypes = 1_024
  /// Earlier histories that a replica tells of when it joins.
  static let earlierHistories = 64
  /// Replicas of one space, those included that nobody uses any longer.
  static let replicas: Int64 = 1_000_000
  /// Openings of one replica's file that are remembered.
  static let openings: Int64 = 1_000
  /// Operations of one push.
  static let pushOperations = 512
  /// Bytes of entities in the outcomes of one unit of a push: what a reply can hold in any case.
  static let newsBytes = 3 << 20
  /// How long a device waits whose program is newer than what the hub knows of its entities.
  static let schemaPause: Duration = .seconds(30)
  /// Rows that one page of a pull looks at, whether they are wanted or not.
  static let pulledRows = 16_384
  /// What an entity in a page takes beside its key and state, about.
  static let entityOverheadBytes = 32
  /// Changes that a hint looks at; of more it says only that there are some.
  static let hintedChanges = 32
  /// Conflicts of one space that wait for a decision, and of a page.
  static let conflicts: Int64 = 100_000
  static let listedConflicts = 100
  /// Joins, pages and filtered checksums that are under way at once.
  static let admittedSyncs = 64
  /// Those that wait for their turn, and how long they may have to, about.
  static let admissionsWaiting = 16_384
  static let admissionWait: Duration = .seconds(5)
  /// The longest that somebody is sent away for.
  static let admissionPause: Duration = .seconds(60)
  /// What one takes at least, for the pace at which others are told to come back.
  static let admissionStay: Duration = .microseconds(100)

  // Operations
  /// Spans that are kept for whoever asks for traces: of batches, and as many of all else.
  static let spans = 2_048
  /// Bytes of a text that a span tells, and of the spans that one reply holds.
  static let spanTextBytes = 256
  static let exportedSpanBytes = 3 << 20

  // MARK: Analysis: files
  /// Bytes of a file, unless the hub is set up otherwise, and at most.
  package static let fileBytes = ChunkID.fileBytes
  /// Bytes of a file's name.
  static let fileNameBytes = 255
  /// Bytes of content in one row.
  static let fileChunkBytes = 256 << 10
  /// Bytes of an upload that are written at once: what an upload takes of memory, with the message that comes meanwhile.
  static let fileBatchBytes = 1 << 20
  /// Bytes of a file that are read in one transaction.
  static let filePieceBytes = 1 << 20
  /// Files of a page.
  static let listedFiles = 1_000
  /// Chunks of a file that was removed which one transaction drops.
  static let droppedChunks = 16
  /// Abandoned uploads that are looked for at once.
  static let tendedFiles = 64

  // MARK: Analysis: profiles
  /// Threads that read and profile files.
  static let profileThreads = 2
  /// Files that are profiled at once, and that wait for that.
  static let profilesAtOnce = 16
  static let profilesWaiting = 1_000
  /// Bytes of a file's beginning by which it is found out how it is read.
  static let layoutBytes = 256 << 10
  /// Spots of which a sample is taken, and bytes of each.
  static let sampleSpots = 32
  static let sampleSpotBytes = 128 << 10
  /// What a profile that is kept takes beside its message, about.
  static let profileOverheadBytes = 512

  // Analysis: runs and workers
  /// Columns that one worker has at once, in the hub's own process and elsewhere.
  static let localSlots = 10_000
  static let remoteSlots = 1_000
  /// Texts of a lease's first batch, which twice as many follow each time, and of the largest.
  static let firstBatchTexts = 32
  static let batchTexts = 1_024
  /// Bytes of the texts of a batch.
  static let batchBytes = 256 << 10
  /// Bytes of what a chain knows of a column, as workers send it.
  static let summaryBytes = 1 << 20
  /// How long a worker may give no sign of life, how often that is looked at, and how long it may be at one batch.
  static let workerPatience: Duration = .seconds(3)
  static let workerCheck: Duration = .milliseconds(250)
  static let batchTime: Duration = .seconds(20)
  /// After how many attempts texts go to workers one by one, and after how many nobody tries the next text any longer.
  static let wholeAttempts = 2
  static let attempts = 5
  /// Columns of one analysis, and of those that a file has as many as an error names.
  static let runColumns = 10_000
  static let toldColumns = 100
  /// Columns that one transaction gives the items of others, and what an entry about one takes in memory, about.
  static let adoptedColumns = 256
  static let resultEntryBytes = 256
  /// Rows of an analysis whose file was removed which one transaction drops.
  static let droppedRows = 256
  /// Analyses of a page.
  static let listedRuns = 100
  /// Bytes of the names of workers and chains, and chains that one worker has.
  static let workerNameBytes = 128
  static let workerChains = 100
  /// Texts that an estimate tries, runs that it learns from, and estimates that are remembered until their runs begin.
  static let sampledTexts = 1_000
  static let pastRuns = 100
  static let expectedRuns = 1_000
  /// Batches after which a run that nobody has estimated says how long it will take, and the share of runs that keep to that.
  static let shownBatches = 8
  static let liveCoverage = 0.9
  /// How often a stream of results tells how far its run is.
  static let progressPause: Duration = .milliseconds(250)
  /// How often it does so where nothing happens.
  static let reminderPause: Duration = .seconds(1)
  /// How long a column waits when the store cannot take its items.
  static let storePause: Duration = .seconds(1)
}
