/// The values that members of a composite have given so far, and the ballot that they were cast in.
struct Answers<Value: ContextValue>: Sendable {
  typealias Outcome = Result<Resolution<Value>?, Dissent>

  private let members: [CompositeContextProvider.Member]
  private let name: String
  /// Whether it counts who says the same.
  private let isCompared: Bool
  private(set) var ballot: Ballot
  private var found: [Resolution<Value>?]

  init(
    _ members: [CompositeContextProvider.Member], _ strategy: CompositeContextProvider.Strategy, _ name: String
  ) {
    self.members = members
    self.name = name
    isCompared =
      switch strategy {
      case .consensus, .weighted: true
      case .firstAvailable, .prioritized: false
      }
    ballot = Ballot(members, strategy, name, areNumbers: strategy == .weighted && ContextMean.exists(of: Value.self))
    found = Array(repeating: nil, count: members.count)
  }

  mutating func cast(_ outcome: ContextOutcome<Value>, at place: Int) {
    switch outcome {
    case .success(let resolution?):
      let standing = Ballot.Standing(
        reason: resolution.reason, age: resolution.age, problem: resolution.hasProblem ? resolution.problem : nil,
        like: isCompared ? found.firstIndex { $0.map { $0.value == resolution.value } ?? false } ?? place : place)
      found[place] = resolution
      ballot.cast(.value(standing), at: place)
    case .success(nil): ballot.cast(.absent, at: place)
    case .failure(let error): ballot.cast(.failed(error), at: place)
    }
  }

  /// Whether the rest of the list need not be looked at: only where the order decides is that ever so.
  mutating func areEnough() -> Bool {
    guard !isCompared else { return false }
    ballot.count()
    return ballot.decision != nil
  }

  /// What they come to, as soon as that is certain.
  mutating func count() -> Outcome? {
    ballot.count()
    return switch ballot.decision {
    case nil: nil
    case .absent: .success(nil)
    case .member(let place): .success(found[place])
    case .together(let together): .success(resolution(together))
    case .dissent(let dissent): .failure(dissent)
    }
  }

  private func resolution(_ together: Ballot.Together) -> Resolution<Value>? {
    guard let first = together.places.first.flatMap({ found[$0] }) else { return nil }
    var value = first.value
    if together.isMean {
      let parts = together.places.compactMap { place in found[place].map { ($0.value, members[place].weight) } }
      value = ContextMean.of(parts) ?? value
    }
    return Resolution(value, source: name, age: together.age, reason: together.reason, problem: together.problem)
  }
}
