internal import HoldfastCrypto
internal import HoldfastStore

/// Where a sealed content belongs: it opens nowhere else.
enum SealedPlace {
  case value(key: [UInt8])
  /// What a call was answered that came with this key.
  case outcome(key: [UInt8])
  /// What a change has set a name of context to.
  case context(key: [UInt8], version: Int64)
  /// The state that an entity has since a change; `type` is the type's number.
  case entity(type: Int64, key: [UInt8], version: UInt64)
  /// A conflict of this number.
  case conflict(Int64)
  /// What an operation of this number came to (`OperationID`).
  case operation(Int64)
  /// The piece of a file that begins at this byte.
  case chunk(file: [UInt8], offset: Int64)
  /// Items of a column of an analysis, from this row on.
  case items(column: Int64, row: Int64)
  /// What a chain knows of a column, and the same for people.
  case summary(column: Int64)
  case found(column: Int64)
  /// What happened to an analysis at this moment.
  case analysisLog(run: Int64, at: Int64)

  fileprivate func context(in space: String) -> [UInt8] {
    let (kind, key): (UInt8, [UInt8]) =
      switch self {
      case .value(let key): (1, key)
      case .outcome(let key): (2, key)
      case .context(let key, _): (3, key)
      case .entity(_, let key, _): (4, key)
      case .conflict: (5, [])
      case .operation: (6, [])
      case .chunk(let file, _): (7, file)
      case .items: (8, [])
      case .summary: (9, [])
      case .found: (10, [])
      case .analysisLog: (11, [])
      }
    var context: [UInt8] = []
    context.reserveCapacity(1 + 8 + space.utf8.count + 16 + key.count)
    context.append(kind)
    context.append(counted: space)
    switch self {
    case .value, .outcome: break
    case .context(_, let number), .conflict(let number), .operation(let number), .chunk(_, let number),
      .summary(let number), .found(let number):
      context.append(number: number)
    case .items(let first, let second), .analysisLog(let first, let second):
      context.append(number: first)
      context.append(number: second)
    case .entity(let type, _, let version):
      context.append(number: type)
      context.append(number: Int64(clamping: version))
    }
    context += key
    return context
  }
}

/// A content as its row has it.
struct SealedContent {
  let bytes: [UInt8]
  /// The key by which it is sealed.
  let key: Int64

  /// The hash that the log has of it. It covers what is sealed, and not the key's part, which changes when another key
  /// takes over: so the log can be checked without keys, and after the key is gone.
  var hash: [UInt8] { bytes.withUnsafeBytes { Self.hash($0) } }

  static func hash(_ stored: UnsafeRawBufferPointer) -> [UInt8] { SHA256.hash(Envelope.body(of: stored)) }

  /// Bytes of the content in a row whose stored content has so many.
  static func size(stored: Int64, isSealed: Bool) -> Int64 {
    isSealed ? max(0, stored - Int64(Envelope.overhead)) : stored
  }
}

/// Seals and opens what is in a space.
struct SpaceSeal: Sendable {
  let ring: KeyRing
  let space: String

  /// The key that seals what is written about a subject, or nobody.
  /// - Throws: `MissingKey` when it has to be made first.
  func key(subject: String = "") throws -> HubKey { try ring.current(KeyOwner(space: space, subject: subject)) }

  /// - Throws: `MissingKey` when a key has to be made first.
  func seal(_ content: [UInt8], of place: SealedPlace, subject: String = "") throws -> SealedContent {
    let key = try key(subject: subject)
    return SealedContent(
      bytes: try Envelope.seal(content, by: key.sealing, context: place.context(in: space)), key: key.id)
  }

  /// The content; nil when its key was destroyed in order to erase it.
  /// - Throws: `corrupt` when it is not what was sealed there.
  func open(_ stored: [UInt8], by id: Int64, of place: SealedPlace) throws(StoreError) -> [UInt8]? {
    let key: HubKey
    switch try ring.state(of: id) {
    case .living(let living, _): key = living
    case .erased: return nil
    case .replaced, nil:
      throw StoreError(
        .corrupt,
        "the key \(id) of a content in the space \(space) is gone: keys.sqlite and the data are of different times")
    }
    do {
      if let content = try Envelope.open(stored, by: key.sealing, context: place.context(in: space)) {
        return content
      }
    } catch {
      throw StoreError(.other, "a content cannot be opened", cause: error)
    }
    throw StoreError(.corrupt, "a content in the space \(space) is not what was sealed there")
  }

  /// A sealed content, sealed by the key in force instead of another; nil when it does not open.
  func changed(
    _ stored: [UInt8], from old: HubKey, of place: SealedPlace, subject: String
  ) throws -> SealedContent? {
    let key = try key(subject: subject)
    return try Envelope.changed(stored, from: old.sealing, to: key.sealing, context: place.context(in: space)).map {
      SealedContent(bytes: $0, key: key.id)
    }
  }

  /// What stands for a content's hash in the identity of a call.
  ///
  /// Stays a function of its own: the optimizer of Swift 6.3 crashes where it becomes a part of an async one.
  @inline(never)
  func identity(of hash: [UInt8], subject: String) throws -> [UInt8] {
    try hmacSHA256(key: ring.identity(of: KeyOwner(space: space, subject: subject)), message: hash)
  }
}

extension KeyRing? {
  /// What seals and opens the contents of a space; nil where there are no keys.
  func seal(of space: String) -> SpaceSeal? { map { SpaceSeal(ring: $0, space: space) } }
}

extension SpaceSeal? {
  /// A content as its row is to have it, with the key by which it is sealed; as it is where nothing is sealed.
  /// - Throws: `MissingKey` when a key has to be made first.
  func stored(_ content: [UInt8], of place: @autoclosure () -> SealedPlace) throws -> (bytes: [UInt8], key: Int64?) {
    guard let self else { return (content, nil) }
    let sealed = try self.seal(content, of: place())
    return (sealed.bytes, sealed.key)
  }

  /// The content of a row that is about nobody, so that no erasure takes its key away.
  func lastingContent(
    _ row: borrowing HoldfastStore.Row, _ column: Int, sealedBy key: Int64?, of place: @autoclosure () -> SealedPlace
  ) throws(StoreError) -> [UInt8] {
    guard let content = try content(row, column, sealedBy: key, of: place()) else {
      throw StoreError(.corrupt, "the key of a content was destroyed that nobody may erase")
    }
    return content
  }

  /// The content of a row, whether it is sealed or not; nil when its key was destroyed in order to erase it.
  func content(
    _ row: borrowing HoldfastStore.Row, _ column: Int, sealedBy key: Int64?, of place: @autoclosure () -> SealedPlace
  ) throws(StoreError) -> [UInt8]? {
    guard let key else { return row.bytes(column) }
    guard let self else { throw StoreError(.corrupt, "a content is sealed, and the hub has no keys") }
    return try self.open(row.bytes(column), by: key, of: place())
  }
}
