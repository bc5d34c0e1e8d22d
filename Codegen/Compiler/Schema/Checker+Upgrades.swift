/// Steps from one version of an entity to the next.
extension Checker {
  /// Checks the steps: what they take away is no field any more, and where they lead to there is one.
  mutating func upgrades(of syntax: DeclarationSyntax, to version: Int, in file: Int) -> [Entity.Upgrade] {
    let written = syntax.members.compactMap { if case .upgrade(let upgrade) = $0 { upgrade } else { nil } }
    var upgrades: [Int: Entity.Upgrade] = [:]
    for upgrade in written {
      let number = upgrade.version.value
      if number < 1 || number >= version {
        error(
          "upgrade", "a step starts from a version before \(version), which is this one", in: file,
          at: upgrade.version.range)
      } else if upgrades[number] != nil {
        error("upgrade", "there is a step from version \(number) already", in: file, at: upgrade.version.range)
      } else {
        upgrades[number] = step(upgrade, of: syntax, in: file)
      }
    }
    for upgrade in written {
      checkTargets(of: upgrade, all: upgrades, syntax, in: file)
    }
    return upgrades.values.sorted { $0.version < $1.version }
  }

  private mutating func step(_ syntax: UpgradeSyntax, of owner: DeclarationSyntax, in file: Int) -> Entity.Upgrade {
    if syntax.steps.isEmpty {
      error("upgrade", "a step drops or moves something: `drop 4`, `move 2 to 6`", in: file, at: syntax.range)
    }
    let reserved = owner.members.flatMap { member -> [ClosedRange<Int>] in
      if case .reserved(let reserved) = member { reserved.numbers.map(\.numbers) } else { [] }
    }
    var sources: Set<Int> = []
    var targets: Set<Int> = []
    var drops: [Int] = []
    var moves: [Entity.Move] = []
    for step in syntax.steps {
      for number in [step.number, step.target].compactMap({ $0 }) where !Limits.fieldNumbers.contains(number.value) {
        error(
          "number-range",
          "a field's number goes from \(Limits.fieldNumbers.lowerBound) to \(Limits.fieldNumbers.upperBound)", in: file,
          at: number.range)
      }
      if !sources.insert(step.number.value).inserted {
        error("upgrade", "field \(step.number.value) is dropped or moved already", in: file, at: step.number.range)
      } else if Limits.fieldNumbers.contains(step.number.value), owner.isWhole,
        !reserved.contains(where: { $0.contains(step.number.value) })
      {
        error(
          "upgrade",
          "what is dropped or moved is no field any more: `reserved \(step.number.value)`", in: file,
          at: step.number.range)
      }
      guard let target = step.target else {
        drops.append(step.number.value)
        continue
      }
      if !targets.insert(target.value).inserted {
        error("upgrade", "another field is moved to \(target.value) already", in: file, at: target.range)
      }
      moves.append(Entity.Move(from: step.number.value, to: target.value))
    }
    return Entity.Upgrade(
      version: syntax.version.value, drops: drops.sorted(), moves: moves.sorted { $0.from < $1.from })
  }

  /// Where a field is moved to, this version or a later step has to know it.
  private mutating func checkTargets(
    of syntax: UpgradeSyntax, all: [Int: Entity.Upgrade], _ owner: DeclarationSyntax, in file: Int
  ) {
    guard owner.isWhole else { return }
    let fields = Self.fieldNumbers(of: owner)
    let later = all.values.filter { $0.version > syntax.version.value }.flatMap { $0.drops + $0.moves.map(\.from) }
    for step in syntax.steps {
      guard let target = step.target, Limits.fieldNumbers.contains(target.value), !fields.contains(target.value),
        !later.contains(target.value)
      else { continue }
      error(
        "upgrade", "there is no field \(target.value), and no later step drops or moves it", in: file,
        at: target.range)
    }
  }

  private static func fieldNumbers(of syntax: DeclarationSyntax) -> Set<Int> {
    Set(syntax.members.compactMap { if case .field(let field) = $0 { field.number.value } else { nil } })
  }
}
