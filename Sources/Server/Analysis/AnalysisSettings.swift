/// What a hub grants to those who analyse columns on it.
public struct AnalysisSettings: Sendable {
  /// Bytes of the largest file; the quota of its space counts as well.
  public var fileBytes = Limits.fileBytes
  /// How long an upload that broke off can be gone on with. After that, what came of it is removed.
  public var uploadsKept: Duration = .seconds(86_400)
  /// Bytes of profiles that are kept in memory, for those who ask for them again.
  public var profileBytes = 64 << 20
  /// Workers of the hub's own process, each for one batch at a time; none: only those that join work.
  public var workers = 2

  /// How long after it was analysed a column's results are used for others of the same content and options.
  public var resultsReused: Duration = .seconds(30 * 86_400)
  /// Bytes of what is at hand of which columns were analysed before, and how many of them are brought to hand at the start.
  public var resultIndexBytes = 8 << 20
  public var warmedResults = 1_000

  public init() {}
}
