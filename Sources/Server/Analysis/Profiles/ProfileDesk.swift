internal import HoldfastAnalysis
internal import HoldfastCache
internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastWire

/// Profiles of files: each is made once however many ask for it, and kept as long as there is room and the file is there.
final class ProfileDesk: Sendable {
  private let cache: BackedCache<ProfileSource>

  /// - Parameter capacity: bytes of the profiles that are kept.
  init(capacity: Int, _ meter: AnalysisMeter) {
    cache = BackedCache(
      over: ProfileSource(meter: meter), capacity: max(1, capacity), clock: { MonotonicTime.now().nanoseconds },
      weigher: { _, profile in Limits.profileOverheadBytes + (profile?.encodedSize ?? 0) })
  }

  /// What the columns of a file hold: of the whole, or of a sample.
  nonisolated(nonsending) func profile(
    of content: FileContent, _ layout: FileLayout, isExact: Bool
  ) async throws -> ProfiledFile {
    let key = ProfileKey(content: content, layout: layout, isExact: isExact)
    while true {
      do {
        guard var found = try await cache.get(key) else {
          preconditionFailure("a profile is made or fails, and is never missing")
        }
        found.file = content.record.file
        return found
      } catch let gone as NoSuchFile where gone.file != content.record.file {
        // Whoever asked first for this content asked by a file that is gone now.
        continue
      }
    }
  }

  /// What was asked for, found and kept.
  var counters: CacheCounters { cache.counters }

  /// Forgets what was kept of a file that is removed. Another file of the same content has to be read again.
  func forget(checksum: [UInt8]) {
    cache.invalidateAll { $0.checksum == checksum }
  }
}

/// A profile that is asked for. It does not matter by which file of the same content.
private struct ProfileKey: Hashable, Sendable {
  let content: FileContent
  let layout: FileLayout
  let isExact: Bool

  var checksum: [UInt8] { content.record.checksum }

  static func == (left: ProfileKey, right: ProfileKey) -> Bool {
    left.checksum == right.checksum && left.isExact == right.isExact && left.layout == right.layout
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(checksum)
    hasher.combine(isExact)
  }
}

/// Makes profiles, so many at once that their memory is bounded.
private struct ProfileSource: CacheSource {
  let meter: AnalysisMeter
  private let turns = Turns(Limits.profilesAtOnce, waiting: Limits.profilesWaiting)

  func load(_ key: ProfileKey) async throws -> CacheContent<ProfiledFile>? {
    guard try await turns.take() else {
      var failure = CallError<Never>(.unavailable, "too many files are being profiled; try again later")
      failure.retryAfter = Limits.overloadPause
      throw failure
    }
    defer { turns.giveBack() }
    let findings =
      key.isExact
      ? try await key.content.profile(key.layout) : try await key.content.sampledProfile(key.layout)
    let profile = try await AnalysisThreads.run { ProfiledFile(findings) }
    (profile.exact ? meter.exactProfiles : meter.sampledProfiles).add()
    return CacheContent(profile)
  }
}
