import Testing

@testable import HoldfastWire

struct StreamTableTests {
  /// A table that `#expect` can look at, since it cannot hold what cannot be copied.
  private final class Box<Element> {
    private var table = StreamTable<Element>()

    var count: Int { table.count }
    var streams: [UInt32] { table.streams.map(\.rawValue) }
    subscript(stream: UInt32) -> Element? { table[StreamID(rawValue: stream)] }

    func insert(_ element: Element, for stream: UInt32) { table.insert(element, for: StreamID(rawValue: stream)) }
    func remove(_ stream: UInt32) -> Element? { table.remove(StreamID(rawValue: stream)) }
  }

  @Test func `an entry is found until it is removed`() {
    let table = Box<String>()
    #expect(table[1] == nil)
    table.insert("one", for: 1)
    table.insert("two", for: 2)
    #expect(table.count == 2)
    #expect(table.remove(1) == "one")
    #expect(table.remove(1) == nil)
    #expect(table[2] == "two")
  }

  @Test func `a second entry takes the place of the first`() {
    let table = Box<String>()
    table.insert("first", for: 7)
    table.insert("second", for: 7)
    #expect(table.count == 1)
    #expect(table[7] == "second")
  }

  /// Streams that all belong in one slot, so that each search and each removal has to go past others.
  @Test func `entries that crowd one slot are kept apart`() {
    let table = Box<UInt32>()
    let crowd = (0..<40).map { 3 + $0 << 16 as UInt32 }
    for stream in crowd { table.insert(stream, for: stream) }
    for stream in crowd where stream % 3 == 0 { #expect(table.remove(stream) == stream) }
    for stream in crowd { #expect(table[stream] == (stream % 3 == 0 ? nil : stream)) }
  }

  @Test func `entries are let go with the table and when they are removed`() {
    final class Entry {}
    weak var removed: Entry?
    weak var left: Entry?
    do {
      let table = Box<Entry>()
      do {
        let (first, second) = (Entry(), Entry())
        (removed, left) = (first, second)
        table.insert(first, for: 1)
        table.insert(second, for: 2)
      }
      _ = table.remove(1)
      #expect(removed == nil)
      #expect(left != nil)
    }
    #expect(left == nil)
  }

  @Test(arguments: 0..<20)
  func `it does what a dictionary does`(seed: Int) {
    var generator = Seeded(seed)
    let table = Box<UInt64>()
    var model: [UInt32: UInt64] = [:]
    let spread: UInt32 = seed % 2 == 0 ? 1 : 64
    var next: UInt32 = 1
    for _ in 0..<3000 {
      if model.count < 200, Bool.random(using: &generator) {
        next += UInt32.random(in: 1...4, using: &generator) * spread
        let value = generator.next()
        table.insert(value, for: next)
        model[next] = value
      } else if let stream = model.keys.sorted().randomElement(using: &generator) {
        let expected = model.removeValue(forKey: stream)
        #expect(table.remove(stream) == expected)
      }
      #expect(table.count == model.count)
    }
    #expect(table.streams.sorted() == model.keys.sorted())
    for (stream, value) in model { #expect(table.remove(stream) == value) }
    #expect(table.count == 0)
  }
}
