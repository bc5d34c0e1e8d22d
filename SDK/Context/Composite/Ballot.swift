/// The members' answers to one question, and what they come to. Knows no time: a member that is late has failed.
struct Ballot<Value: ContextValue>: Sendable {
  enum Vote: Sendable {
    case waiting
    case answered(Resolution<Value>?)
    case failed(ContextError)
  }

  typealias Decision = Result<Resolution<Value>?, Dissent>

  private let members: [CompositeContextProvider.Member]
  private let strategy: CompositeContextProvider.Strategy
  private let name: String
  private var votes: [Vote]
  /// Who was the first to have a value.
  private var earliest: Int?
  private(set) var decision: Decision?

  init(
    _ members: [CompositeContextProvider.Member], _ strategy: CompositeContextProvider.Strategy, _ name: String
  ) {
    self.members = members
    self.strategy = strategy
    self.name = name
    votes = Array(repeating: .waiting, count: members.count)
  }

  /// Whose answers are missing.
  var waiting: [Int] { votes.indices.filter { if case .waiting = votes[$0] { true } else { false } } }

  mutating func cast(_ vote: Vote, at place: Int) {
    guard decision == nil else { return }
    votes[place] = vote
    if earliest == nil, proper(place) != nil { earliest = place }
    decision = decide()
  }

  /// The member's own value, if it has one that is more than a fallback.
  private func proper(_ place: Int) -> Resolution<Value>? {
    guard case .answered(let found?) = votes[place], found.reason != .fallback else { return nil }
    return found
  }

  private func decide() -> Decision? {
    switch strategy {
    case .firstAvailable:
      if let earliest { return .success(proper(earliest)) }
    case .prioritized:
      for place in votes.indices {
        if case .waiting = votes[place] { return nil }
        if let found = proper(place) { return .success(found) }
      }
    case .consensus(let threshold): return consensus(threshold)
    case .weighted:
      guard isComplete else { return nil }
      if let mean = mean() { return .success(mean) }
    }
    return isComplete ? leftover() : nil
  }

  private var isComplete: Bool {
    votes.allSatisfy { if case .waiting = $0 { false } else { true } }
  }

  /// Nobody has a value of its own. Only when all say so, there is none.
  private func leftover() -> Decision {
    for vote in votes { if case .answered(let fallback?) = vote { return .success(fallback) } }
    guard !failures.isEmpty else { return .success(nil) }
    return .failure(Dissent("no member has a value, and not all could be asked", failures))
  }

  /// Why members do not count.
  private var failures: [ContextError] {
    votes.compactMap { vote in
      switch vote {
      case .failed(let error): error
      case .answered(let found): found?.reason == .fallback ? found?.problem : nil
      case .waiting: nil
      }
    }
  }

  // MARK: Groups

  /// Those who say the same.
  private struct Group {
    /// Nil: that there is no value.
    let value: Value?
    var places: [Int]
    var weight: Double
  }

  /// In the order of who comes first in the list.
  private func groups(withAbsence: Bool) -> [Group] {
    var groups: [Group] = []
    for place in votes.indices {
      guard case .answered(let found) = votes[place], found?.reason != .fallback else { continue }
      guard withAbsence || found != nil else { continue }
      if let known = groups.firstIndex(where: { $0.value == found?.value }) {
        groups[known].places.append(place)
        groups[known].weight += members[place].weight
      } else {
        groups.append(Group(value: found?.value, places: [place], weight: members[place].weight))
      }
    }
    return groups
  }

  private func consensus(_ threshold: Double) -> Decision? {
    let groups = groups(withAbsence: true)
    let waiting = votes.count { if case .waiting = $0 { true } else { false } }
    // A third of three is one, whatever a product of fractions says.
    let needed = threshold * Double(members.count) - 1e-9
    var best: Group?
    for group in groups where group.places.count > best?.places.count ?? 0 { best = group }
    let most = best?.places.count ?? 0
    guard Double(most + waiting) >= needed else { return .failure(dissent(groups)) }
    if waiting > 0 {
      let others = groups.map(\.places.count).sorted(by: >).dropFirst().first ?? 0
      guard Double(most) >= needed, most > others + waiting else { return nil }
    }
    guard let best else { return .failure(dissent(groups)) }
    return .success(resolution(best))
  }

  private func dissent(_ groups: [Group]) -> Dissent {
    let sizes = groups.map { "\($0.places.count)" }.joined(separator: " and ")
    let split = groups.isEmpty ? "none of \(members.count) members gave an answer" : "groups of \(sizes) agree"
    return Dissent("too few members agree: of \(members.count), \(split)", failures)
  }

  /// The mean of numbers, and of all else what has the most weight.
  private func mean() -> Resolution<Value>? {
    let groups = groups(withAbsence: false)
    guard var best = groups.first else { return nil }
    let parts = groups.compactMap { group in group.value.map { ($0, group.weight) } }
    if groups.count > 1, let number = ContextMean.of(parts) {
      return resolution(Group(value: number, places: groups.flatMap(\.places), weight: 0))
    }
    for group in groups where group.weight > best.weight { best = group }
    return resolution(best)
  }

  /// As old and as doubtful as the oldest and most doubtful that stands behind it.
  private func resolution(_ group: Group) -> Resolution<Value>? {
    guard let value = group.value else { return nil }
    let parts = group.places.compactMap(proper)
    let reasons = parts.map(\.reason)
    let reason = [Resolution<Value>.Reason.stale, .cached, .fresh].first { reasons.contains($0) } ?? .fresh
    let reservations = failures + parts.compactMap(\.problem)
    return Resolution(
      value, source: name, age: parts.map(\.age).max() ?? .zero, reason: reason,
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
