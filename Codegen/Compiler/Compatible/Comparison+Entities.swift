/// Devices and hubs hold entities, and operations on them, longer than any program runs.
extension Comparison {
  /// An entity whose Swift type is gone: it has another name, or there is none any more.
  mutating func missing(_ before: TypeDeclaration, _ entity: Entity) {
    for file in new.files {
      for type in file.types {
        guard let now = type.entity, now.type == entity.type else { continue }
        report("entity-renamed", .source, before.qualifiedName, "it is called `\(type.qualifiedName)` now")
        compare(before, entity, type, now)
        return
      }
    }
    report("entity-removed", .source, before.qualifiedName, "the entity is gone")
  }

  mutating func compare(_ before: TypeDeclaration, _ was: Entity, _ after: TypeDeclaration, _ now: Entity) {
    let name = before.qualifiedName
    fields(before, after)
    if was.type != now.type {
      report(
        "entity-type", .wire, name,
        "it was called \"\(was.type)\" on the wire and is \"\(now.type)\": what hubs hold is not found again")
    }
    if was.key.type != now.key.type {
      report("entity-key", .wire, name, "its key was `\(was.key.type.rawValue)` and is `\(now.key.type.rawValue)`")
    } else if was.key.name != now.key.name {
      report("entity-key", .source, name, "its key is called `\(now.key.name)` now")
    }
    if was.collection != now.collection {
      report("entity-collection", .source, name, "its collection is called `\(now.collection)` now")
    }
    if was.policy != now.policy {
      report(
        "entity-policy", .source, name, "it merged by \(was.policy.rawValue) and merges by \(now.policy.rawValue)")
    }
    policies(before, after)
    version(before, was, after, now)
    for upgrade in was.upgrades where !now.upgrades.contains(upgrade) {
      report(
        "entity-upgrade", .wire, name,
        "the step from version \(upgrade.version) is gone or another, and operations of that version may still come")
    }
  }

  /// Hubs refuse increments and elements, which older programs go on sending, for fields that no longer merge them.
  private mutating func policies(_ before: TypeDeclaration, _ after: TypeDeclaration) {
    for field in before.sortedFields {
      guard let other = after.fields.first(where: { $0.number == field.number }), let was = field.policy,
        let now = other.policy, was != now
      else { continue }
      report(
        "field-policy", was.decidesWhole ? .source : .wire, "\(before.qualifiedName).\(field.name)",
        "it merged by \(was.rawValue) and merges by \(now.rawValue)")
    }
  }

  /// Hubs keep the description of the highest version, and refuse another one of the same.
  private mutating func version(_ before: TypeDeclaration, _ was: Entity, _ after: TypeDeclaration, _ now: Entity) {
    if now.version < was.version {
      report(
        "entity-version", .wire, before.qualifiedName, "its version was \(was.version) and is \(now.version)")
    } else if now.version == was.version, !isSame(before, was, after, now) {
      report(
        "entity-version", .wire, before.qualifiedName,
        "its fields, policies, lane or subject have changed, and its version is still \(was.version): raise it")
    }
  }

  private func isSame(_ before: TypeDeclaration, _ was: Entity, _ after: TypeDeclaration, _ now: Entity) -> Bool {
    was.policy == now.policy && was.lane == now.lane && was.subject == now.subject
      && before.fields.count == after.fields.count
      && zip(before.sortedFields, after.sortedFields).allSatisfy { field, other in
        field.number == other.number && field.name == other.name && field.policy == other.policy
          && labelImpact(field.type, other.type) == nil && elementImpact(field.type, other.type) == nil
      }
  }
}
