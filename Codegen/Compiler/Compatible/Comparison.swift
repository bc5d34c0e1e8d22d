/// Walks an old and a new schema side by side.
struct Comparison {
  let old: Schema
  let new: Schema
  private(set) var found: [Incompatibility] = []
  private var newTypes: [String: (type: TypeDeclaration, path: String)] = [:]
  private var newServices: [String: (service: Service, path: String)] = [:]
  /// Old packages that have another name now.
  private var renamedPackages: [String: String] = [:]
  /// The file at hand.
  private var path = ""

  init(old: Schema, new: Schema) {
    self.old = old
    self.new = new
    for file in new.files {
      for type in file.allTypes { newTypes[type.qualifiedName] = (type, file.path) }
      for service in file.services { newServices[service.qualifiedName] = (service, file.path) }
    }
  }

  mutating func report(_ rule: String, _ impact: Incompatibility.Impact, _ name: String, _ message: String) {
    found.append(Incompatibility(rule: rule, impact: impact, name: name, message: message, path: path))
  }

  mutating func run() {
    for file in old.files {
      guard let now = new.files.first(where: { $0.stem == file.stem }), now.package != file.package,
        !new.files.contains(where: { $0.package == file.package })
      else { continue }
      path = now.path
      renamedPackages[file.package] = now.package
      report("package", .wire, file.package, "the package is called `\(now.package)` now, and its name travels")
    }
    for file in old.files {
      path = new.files.first { $0.stem == file.stem }?.path ?? file.path
      for type in file.allTypes { compare(type) }
      errorNumbers(of: file)
      for service in file.services { compare(service) }
    }
    serviceNumbers()
  }

  /// The name that an old type would have now.
  func renamed(_ name: String, in package: String? = nil) -> String {
    for (before, after) in renamedPackages where name.hasPrefix(before + ".") {
      return after + name.dropFirst(before.count)
    }
    return name
  }

  func isSame(_ before: Element, _ after: Element) -> Bool {
    switch (before, after) {
    case (.scalar(let before), .scalar(let after)): before == after
    case (.named(let before), .named(let after)): renamed(before.qualifiedName) == after.qualifiedName
    case (.scalar, .named), (.named, .scalar): false
    }
  }

  // MARK: Types

  private mutating func compare(_ before: TypeDeclaration) {
    guard let (after, path) = newTypes[renamed(before.qualifiedName)] else {
      if let entity = before.entity {
        missing(before, entity)
      } else if case .error(let number) = before.kind {
        report("error-removed", .source, before.qualifiedName, "error \(number) is gone")
      } else {
        report("type-removed", .source, before.qualifiedName, "the type is gone")
      }
      return
    }
    let outer = self.path
    self.path = path
    defer { self.path = outer }
    let name = before.qualifiedName
    switch (before.kind, after.kind) {
    case (.message, .message), (.union, .union): fields(before, after)
    case (.enumeration, .enumeration): values(before, after)
    case (.error(let was), .error(let number)):
      if was != number { report("error-number", .wire, name, "its number was \(was) and is \(number)") }
      fields(before, after)
    case (.entity(let was), .entity(let now)):
      compare(before, was, after, now)
    default:
      report("type-kind", .wire, name, "it was \(before.kind.withArticle) and is \(after.kind.withArticle)")
      return
    }
    reserved(name, before, after)
  }

  private mutating func reserved(_ name: String, _ before: TypeDeclaration, _ after: TypeDeclaration) {
    let used = Set(after.fields.map(\.number) + after.values.map(\.number))
    for range in before.reservedNumbers {
      if let number = used.filter(range.contains).min() {
        report("reserved-reused", .wire, name, "number \(number) was reserved, for older programs use it otherwise")
      } else if !after.reservedNumbers.contains(where: {
        $0.lowerBound <= range.lowerBound && $0.upperBound >= range.upperBound
      }) {
        let text = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)..\(range.upperBound)"
        report("reserved-removed", .wire, name, "\(text) is no longer reserved")
      }
    }
  }

  // MARK: Fields

  mutating func fields(_ before: TypeDeclaration, _ after: TypeDeclaration) {
    let typeName = before.qualifiedName
    for field in before.sortedFields {
      let name = "\(typeName).\(field.name)"
      let sameName = after.fields.first { $0.name == field.name }
      if let now = after.fields.first(where: { $0.number == field.number }) {
        if now.name != field.name, let sameName {
          report("field-number", .wire, name, "its number was \(field.number) and is \(sameName.number)")
        } else if now.name != field.name, !isCompatible(field.type, now.type) {
          report(
            "field-number-reuse", .wire, name,
            "number \(field.number) belongs to `\(now.name)` now, of another type; take a new number and reserve this one"
          )
        } else {
          if now.name != field.name { report("field-renamed", .source, name, "it is called `\(now.name)` now") }
          compare(field, now, name)
        }
      } else if let sameName {
        report("field-number", .wire, name, "its number was \(field.number) and is \(sameName.number)")
      } else if after.reservedNumbers.contains(where: { $0.contains(field.number) }) {
        report("field-removed", .source, name, "the field is gone")
      } else {
        report(
          "field-unreserved", .wire, name,
          "the field is gone and its number is not reserved: `reserved \(field.number)`")
      }
    }
    guard before.kind == .union else { return }
    for field in after.fields
    where !before.fields.contains(where: { $0.number == field.number || $0.name == field.name }) {
      report(
        "union-member-added", .source, "\(typeName).\(field.name)", "switches over the union do not know this member")
    }
  }

  private func isCompatible(_ before: FieldType, _ after: FieldType) -> Bool {
    labelImpact(before, after) != .wire && elementImpact(before, after) != .wire
  }

  private mutating func compare(_ before: Field, _ after: Field, _ name: String) {
    if let impact = labelImpact(before.type, after.type) {
      report("field-label", impact, name, "it was \(before.type.label) and is \(after.type.label)")
    }
    if let impact = elementImpact(before.type, after.type) {
      report("field-type", impact, name, "its type was `\(before.type.elementName)` and is `\(after.type.elementName)`")
    }
    if case .defaulted(let element, let was) = before.type, case .defaulted(let now, let value) = after.type,
      isSame(element, now), was != value
    {
      report(
        "field-default", .wire, name, "its default was \(was.text) and is \(value.text), and both sides fill it in")
    }
  }

  /// What a change between one, none, several does.
  func labelImpact(_ before: FieldType, _ after: FieldType) -> Incompatibility.Impact? {
    switch (before, after) {
    case (.singular, .singular), (.optional, .optional), (.defaulted, .defaulted), (.list, .list), (.set, .set),
      (.map, .map):
      nil
    case (.singular, .optional), (.optional, .singular), (.list, .set), (.set, .list): .source
    default: .wire
    }
  }

  func elementImpact(_ before: FieldType, _ after: FieldType) -> Incompatibility.Impact? {
    if case .map(let was, _) = before, case .map(let now, _) = after, was != now { return .wire }
    if isSame(before.element, after.element) { return nil }
    guard case .scalar(let was) = before.element, case .scalar(let now) = after.element else { return .wire }
    // What protobuf reads alike, without losing anything.
    switch (was, now) {
    case (.int32, .int64), (.uint32, .uint64), (.uint32, .int64), (.sint32, .sint64), (.string, .bytes),
      (.uuid, .bytes):
      return .source
    default: return .wire
    }
  }

  // MARK: Enum values

  private mutating func values(_ before: TypeDeclaration, _ after: TypeDeclaration) {
    for value in before.values {
      let name = "\(before.qualifiedName).\(value.name)"
      let sameName = after.values.first { $0.name == value.name }
      if let now = after.values.first(where: { $0.number == value.number }) {
        guard now.name != value.name else { continue }
        if let sameName {
          report("enum-number", .wire, name, "its number was \(value.number) and is \(sameName.number)")
        } else {
          report("enum-renamed", .source, name, "value \(value.number) is called `\(now.name)` now")
        }
      } else if let sameName {
        report("enum-number", .wire, name, "its number was \(value.number) and is \(sameName.number)")
      } else if after.reservedNumbers.contains(where: { $0.contains(value.number) }) {
        report("enum-removed", .source, name, "the value is gone")
      } else {
        report(
          "enum-unreserved", .wire, name, "the value is gone and its number is not reserved: `reserved \(value.number)`"
        )
      }
    }
  }

  // MARK: Errors and services

  private mutating func errorNumbers(of file: Schema.File) {
    for type in file.types {
      guard case .error(let number) = type.kind, newTypes[renamed(type.qualifiedName)] == nil else { continue }
      let package = renamedPackages[file.package] ?? file.package
      for now in new.files where now.package == package {
        for other in now.types where other.kind == .error(number: number) {
          report(
            "error-number-reuse", .wire, type.qualifiedName,
            "number \(number) belongs to `\(other.name)` now; older programs read it as `\(type.name)`")
        }
      }
    }
  }

  private mutating func serviceNumbers() {
    for file in old.files {
      for before in file.services where newServices[renamed(before.qualifiedName)] == nil {
        path = file.path
        let heir = newServices.values.first { $0.service.number == before.number }
        if let heir, heir.service.calls.map(\.number) == before.calls.map(\.number) {
          path = heir.path
          report("service-renamed", .source, before.qualifiedName, "it is called `\(heir.service.qualifiedName)` now")
          calls(before, heir.service)
        } else if let heir {
          path = heir.path
          report(
            "service-number-reuse", .wire, before.qualifiedName,
            "number \(before.number) belongs to `\(heir.service.qualifiedName)` now")
        } else {
          report("service-removed", .wire, before.qualifiedName, "the service is gone")
        }
      }
    }
  }

  private mutating func compare(_ before: Service) {
    guard let (after, path) = newServices[renamed(before.qualifiedName)] else { return }
    self.path = path
    if before.number != after.number {
      report("service-number", .wire, before.qualifiedName, "its number was \(before.number) and is \(after.number)")
    }
    calls(before, after)
  }

  private mutating func calls(_ before: Service, _ after: Service) {
    for call in before.calls {
      let name = "\(before.qualifiedName)/\(call.name)"
      let sameName = after.calls.first { $0.name == call.name }
      let sameNumber = after.calls.first { $0.number == call.number }
      if let sameName, sameName.number != call.number {
        report("call-number", .wire, name, "its number was \(call.number) and is \(sameName.number)")
        compare(call, sameName, name)
      } else if let now = sameNumber {
        if now.name != call.name { report("call-renamed", .source, name, "it is called `\(now.name)` now") }
        compare(call, now, name)
      } else {
        report("call-removed", .wire, name, "the call is gone")
      }
    }
  }

  private mutating func compare(_ before: Call, _ after: Call, _ name: String) {
    if before.shape != after.shape {
      report("call-shape", .wire, name, "it was \(before.shape.words) and is \(after.shape.words)")
    }
    if renamed(before.request.qualifiedName) != after.request.qualifiedName {
      report(
        "call-request", .wire, name, "it took `\(before.request.swiftName)` and takes `\(after.request.swiftName)`")
    }
    if renamed(before.reply.qualifiedName) != after.reply.qualifiedName {
      report(
        "call-reply", .wire, name, "it returned `\(before.reply.swiftName)` and returns `\(after.reply.swiftName)`")
    }
    let was = Set(before.errors.map { renamed($0.qualifiedName) })
    let now = Set(after.errors.map(\.qualifiedName))
    for error in now.subtracting(was).sorted() {
      report("call-errors", .source, name, "it throws `\(error)` too, which switches over its errors do not know")
    }
    for error in was.subtracting(now).sorted() {
      report("call-errors", .source, name, "it no longer throws `\(error)`")
    }
    if before.isIdempotent, !after.isIdempotent {
      report("call-idempotency", .wire, name, "it is no longer idempotent, and older programs send it again")
    }
    if let limit = after.requestLimit, limit < before.requestLimit ?? .max {
      report("call-limit", .wire, name, "requests above \(Units.size(bytes: limit)) are now refused")
    }
  }
}
