/// The members' answers to one question, and what they come to. Knows no time: a member that is late has failed.
///
/// Of the values it knows only which are equal, so that it depends on no type: `Answers` has the values.
struct Ballot: Sendable {
  enum Vote: Sendable {
    case waiting
    /// The member was asked, and has no value.
    case absent
    case value(Standing)
    case failed(ContextError)
  }

  /// What is to be known of a value.
  struct Standing: Sendable {
    let reason: ContextReason
    let age: Duration
    let problem: ContextError?
    /// The member whose value it is equal to and who answered first; the member's own place where nobody has.
    let like: Int
  }

  enum Decision: Sendable {
    case absent
    /// What this member says, as it says it.
    case member(Int)
    /// What these members stand behind: all have equal values, or it is the mean of their numbers.
    case together(Together)
    case dissent(Dissent)
  }

  struct Together: Sendable {
    let places: [Int]
    let isMean: Bool
    /// As old and as doubtful as the oldest and most doubtful that stands behind it.
    let age: Duration
    let reason: ContextReason
    let problem: ContextError?
  }

  private let members: [CompositeContextProvider.Member]
  private let strategy: CompositeContextProvider.Strategy
  private let name: String
  /// Whether different values have a mean.
  private let areNumbers: Bool
  private var votes: [Vote]
  /// How many votes are missing.
  private var missing: Int
  /// Who was the first to have a value.
  private var earliest: Int?
  private(set) var decision: Decision?

  init(
    _ members: [CompositeContextProvider.Member], _ strategy: CompositeContextProvider.Strategy, _ name: String,
    areNumbers: Bool
  ) {
    self.members = members
    self.strategy = strategy
    self.name = name
    self.areNumbers = areNumbers
    votes = Array(repeating: .waiting, count: members.count)
    missing = members.count
  }

  /// Whose answers are missing.
  var waiting: [Int] { votes.indices.filter { if case .waiting = votes[$0] { true } else { false } } }

  /// Each member votes once.
  mutating func cast(_ vote: Vote, at place: Int) {
    guard decision == nil else { return }
    votes[place] = vote
    missing -= 1
    if earliest == nil, proper(place) != nil { earliest = place }
  }

  /// Looks at what the votes come to. When it is not certain yet, it is nil.
  mutating func count() {
    if decision == nil { decision = decide() }
  }

  /// The member's own value, if it has one that is more than a fallback.
  private func proper(_ place: Int) -> Standing? {
    guard case .value(let standing) = votes[place], standing.reason != .fallback else { return nil }
    return standing
  }

  private func decide() -> Decision? {
    switch strategy {
    case .firstAvailable:
      if let earliest { return .member(earliest) }
    case .prioritized:
      for place in votes.indices {
        if case .waiting = votes[place] { return nil }
        if proper(place) != nil { return .member(place) }
      }
    case .consensus(let threshold): return consensus(threshold)
    case .weighted:
      if missing == 0, let best = heaviest() { return best }
    }
    return missing == 0 ? leftover() : nil
  }

  /// Nobody has a value of its own. Only when all say so, there is none.
  private func leftover() -> Decision {
    for place in votes.indices { if case .value = votes[place] { return .member(place) } }
    let failures = failures
    return failures.isEmpty ? .absent : .dissent(Dissent("no member has a value, and not all could be asked", failures))
  }

  /// Why members do not count.
  private var failures: [ContextError] {
    votes.compactMap { vote in
      switch vote {
      case .failed(let error): error
      case .value(let standing): standing.reason == .fallback ? standing.problem : nil
      case .waiting, .absent: nil
      }
    }
  }

  // MARK: Groups

  /// Those who say the same.
  private struct Group {
    /// By whom it is known: the first of them to answer; nil for those who say that there is no value.
    let like: Int?
    var places: [Int]
    var weight: Double
  }

  /// In the order of who comes first in the list.
  private func groups(withAbsence: Bool) -> [Group] {
    var groups: [Group] = []
    for place in votes.indices {
      let like: Int?
      switch votes[place] {
      case .value(let standing) where standing.reason != .fallback: like = standing.like
      case .absent where withAbsence: like = nil
      case .waiting, .absent, .value, .failed: continue
      }
      if let known = groups.firstIndex(where: { $0.like == like }) {
        groups[known].places.append(place)
        groups[known].weight += members[place].weight
      } else {
        groups.append(Group(like: like, places: [place], weight: members[place].weight))
      }
    }
    return groups
  }

  private func consensus(_ threshold: Double) -> Decision? {
    let groups = groups(withAbsence: true)
    // A third of three is one, whatever a product of fractions says.
    let needed = threshold * Double(members.count) - 1e-9
    var best: Group?
    for group in groups where group.places.count > best?.places.count ?? 0 { best = group }
    let most = best?.places.count ?? 0
    guard Double(most + missing) >= needed else { return .dissent(dissent(groups)) }
    if missing > 0 {
      let others = groups.map(\.places.count).sorted(by: >).dropFirst().first ?? 0
      guard Double(most) >= needed, most > others + missing else { return nil }
    }
    guard let best else { return .dissent(dissent(groups)) }
    return best.like == nil ? .absent : .together(together(best.places, isMean: false))
  }

  private func dissent(_ groups: [Group]) -> Dissent {
    let sizes = groups.map { "\($0.places.count)" }.joined(separator: " and ")
    let split = groups.isEmpty ? "none of \(members.count) members gave an answer" : "groups of \(sizes) agree"
    return Dissent("too few members agree: of \(members.count), \(split)", failures)
  }

  /// The mean of numbers, and of all else what has the most weight.
  private func heaviest() -> Decision? {
    let groups = groups(withAbsence: false)
    guard var best = groups.first else { return nil }
    if areNumbers, groups.count > 1 { return .together(together(groups.flatMap(\.places), isMean: true)) }
    for group in groups where group.weight > best.weight { best = group }
    return .together(together(best.places, isMean: false))
  }

  private func together(_ places: [Int], isMean: Bool) -> Together {
    var age = Duration.zero
    var reason = ContextReason.fresh
    var reservations = failures
    for place in places {
      guard let standing = proper(place) else { continue }
      age = max(age, standing.age)
      if reason == .fresh || standing.reason == .stale { reason = standing.reason }
      if let problem = standing.problem { reservations.append(problem) }
    }
    return Together(
      places: places, isMean: isMean, age: age, reason: reason,
      problem: reservations.isEmpty
        ? nil : ContextError(.composition, "not all members stand behind it", provider: name, causes: reservations))
  }
}

/// Why the members' answers do not come to anything.
struct Dissent: Error, Sendable {
  let message: String
  let failures: [ContextError]

  init(_ message: String, _ failures: [ContextError]) {
    self.message = message
    self.failures = failures
  }

  func error(_ key: String, _ provider: String) -> ContextError {
    // Where all say that it is damaged, it is.
    let isDamaged = !failures.isEmpty && failures.allSatisfy { $0.code == .corruption }
    return ContextError(
      isDamaged ? .corruption : .composition, message + "; see to the members, or ask for less", key: key,
      provider: provider, causes: failures, isPassing: failures.contains(where: \.isPassing))
  }
}
