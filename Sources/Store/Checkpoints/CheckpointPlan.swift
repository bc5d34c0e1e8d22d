/// What a commit does about the WAL, which grows until all its pages have been moved into the database.
///
/// Most are moved beside the writer. A pass there never reaches the end, because commits go on meanwhile; so the writer
/// moves the rest, which is little, and then the WAL is used from its start again. Readers that are in the middle of a
/// turn hold that back; once the WAL has grown long, it is worth a short wait for them.
struct CheckpointPlan {
  enum Step: Equatable {
    case nothing
    /// Begin a pass beside the writer.
    case beside
    /// Move what is left, waiting for nobody.
    case here
    /// Move what is left, and wait for readers.
    case restart
  }

  /// What there is beside the writer.
  enum Beside: Equatable {
    case nobody
    case running
    /// No pass, or one that has ended; then how many pages have been moved of the WAL that it found.
    case idle(moved: Int?)
  }

  /// The length of the WAL, in pages, after the last commit.
  private var length = 0
  /// Pages from the WAL's start on that are in the database.
  private var moved = 0
  /// The length at which a commit waits for readers.
  private var nextRestart = Limits.restartPages

  /// Whether the WAL is long enough for `step` to be asked. Called after each commit.
  mutating func grew(to pages: Int) -> Bool {
    if pages < length { moved = 0 }
    if pages < Limits.restartPages { nextRestart = Limits.restartPages }
    length = pages
    return pages >= Limits.checkpointPages
  }

  mutating func step(_ beside: Beside) -> Step {
    if length >= nextRestart {
      nextRestart = length + Limits.checkpointPages
      return .restart
    }
    switch beside {
    case .nobody: return .here
    case .running: return .nothing
    case .idle(let ended):
      // What a pass says of a WAL that has begun anew since is not of this one.
      if let ended, ended <= length { moved = max(moved, ended) }
      guard length - moved <= Limits.restPages else { return .beside }
      moved = length
      return .here
    }
  }
}
