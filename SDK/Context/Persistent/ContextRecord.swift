import FoundationEssentials

/// What is stored of one key: its newest values, and how many there have been. JSON, whose `layout` tells later forms.
struct ContextRecord: Codable, Sendable {
  struct Item: Codable, Sendable {
    /// Nil for a removal.
    var content: Data?
    /// The Swift type that it was set as.
    var type: String
    var version: UInt64
    /// In microseconds since 1970.
    var written: Int64
    var ends: Int64?

    func hasEnded(at now: Int64) -> Bool { ends.map { $0 <= now } ?? false }
  }

  private static let newestLayout = 1

  private var layout = newestLayout
  /// The newest first.
  private(set) var items: [Item] = []
  /// Of the last change, also when that has been purged.
  private(set) var lastVersion: UInt64 = 0

  /// - Parameter version: of what cannot be read any more; the next is above it.
  init(after version: UInt64 = 0) { lastVersion = version }

  /// - Throws: `newerVersion` when it has a layout that is not known here, and anything else when it is damaged.
  init(_ bytes: [UInt8]) throws {
    self = try JSONValueCoder().decode(ContextRecord.self, from: bytes)
    guard layout <= Self.newestLayout else {
      throw StorageError(.newerVersion, "a later release of the program has written it: use that one")
    }
    guard lastVersion < .max else { throw StorageError(.damaged, "it counts more changes than there can be") }
  }

  func encoded() throws -> [UInt8] { try JSONValueCoder().encode(self) }

  /// The newest that has not ended.
  func current(at now: Int64) -> Item? { items.first { !$0.hasEnded(at: now) } }

  /// Whether the last change was a removal.
  var isRemoved: Bool { items.first.map { $0.content == nil } ?? false }

  mutating func add(_ content: [UInt8]?, type: String, written: Int64, ends: Int64?, keeping limit: Int) {
    lastVersion += 1
    items.insert(
      Item(content: content.map { Data($0) }, type: type, version: lastVersion, written: written, ends: ends), at: 0)
    if items.count > limit { items.removeLast(items.count - limit) }
  }

  /// Lets go what has ended. False where nothing has.
  mutating func purge(at now: Int64) -> Bool {
    let count = items.count
    items.removeAll { $0.hasEnded(at: now) }
    return items.count < count
  }

  /// Changes each value to one of another type. Of those that do not count any more, some may be of other types: these stay
  /// as they are.
  mutating func change(to type: String, _ body: ([UInt8]) throws -> [UInt8]) throws {
    for place in items.indices {
      guard let content = items[place].content else { continue }
      do {
        items[place].content = Data(try body([UInt8](content)))
        items[place].type = type
      } catch {
        guard place > 0 else { throw error }
      }
    }
  }
}
