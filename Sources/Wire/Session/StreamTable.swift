/// What is known of each open stream of a connection, found by the stream's number in a few instructions.
///
/// An open-addressed table: an entry stands in the slot that the low bits of its number say, or in the next free one
/// after that. Numbers ascend and few are open at once, so nearly all entries stand in their own slots. At most half of
/// the slots are taken. Takes memory with its first entry, and gives back what a burst made it take.
///
/// Public for one reason: the compiler fits it to another module's elements only so, and looks their type up at each step
/// otherwise.
public struct StreamTable<Element>: ~Copyable {
  /// The number in each slot; 0, which is no stream's, where the slot is free. As many as a power of two, or none.
  @usableFromInline var numbers = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
  /// The elements, in the slots that are taken.
  @usableFromInline var elements = UnsafeMutableBufferPointer<Element>(start: nil, count: 0)
  @usableFromInline var taken = 0

  @inlinable public init() {}

  @inlinable deinit {
    for slot in numbers.indices where numbers[slot] != 0 { elements.deinitializeElement(at: slot) }
    numbers.deallocate()
    elements.deallocate()
  }

  @inlinable public var count: Int { taken }
  @inlinable public var isEmpty: Bool { taken == 0 }

  /// The streams that have an entry, in no order.
  @inlinable public var streams: [StreamID] { numbers.filter { $0 != 0 }.map { StreamID(rawValue: $0) } }

  // MARK: Entries

  /// Where the stream's entry is, for as long as none is added or removed; nil when it has none.
  @inlinable public func slot(of stream: StreamID) -> Int? {
    guard taken > 0 else { return nil }
    let found = place(of: stream.rawValue)
    return numbers[found] == 0 ? nil : found
  }

  /// The entry in a slot that `slot(of:)` has named.
  @inlinable public subscript(slot slot: Int) -> Element {
    _read { yield elements[slot] }
    _modify { yield &elements[slot] }
  }

  @inlinable public subscript(stream: StreamID) -> Element? { slot(of: stream).map { elements[$0] } }

  /// Enters the element in place of the one that the stream may have had.
  @inlinable public mutating func insert(_ element: Element, for stream: StreamID) {
    precondition(stream != .connection, "the connection itself has no entry")
    if taken * 2 >= numbers.count { grow() }
    if let slot = slot(of: stream) {
      elements[slot] = element
    } else {
      enter(stream.rawValue, element)
      taken += 1
    }
  }

  @inlinable @discardableResult public mutating func remove(_ stream: StreamID) -> Element? {
    guard let slot = slot(of: stream) else { return nil }
    let element = elements.moveElement(from: slot)
    taken -= 1
    close(slot)
    if taken == 0, numbers.count > Limits.restingSlots { self = StreamTable() }
    return element
  }

  @inlinable public func forEach(_ body: (StreamID, Element) -> Void) {
    for slot in numbers.indices where numbers[slot] != 0 { body(StreamID(rawValue: numbers[slot]), elements[slot]) }
  }

  // MARK: Inside

  /// The slot that holds the number, or would. There is a free one, so the search ends.
  @inlinable func place(of number: UInt32) -> Int {
    let mask = numbers.count - 1
    var slot = Int(number) & mask
    while numbers[slot] != number, numbers[slot] != 0 { slot = (slot + 1) & mask }
    return slot
  }

  /// Enters what is not there yet. Who stands further from its own slot goes first, so that all entries stand in the
  /// order of their own slots.
  @inlinable mutating func enter(_ number: UInt32, _ element: consuming Element) {
    let mask = numbers.count - 1
    var entry = (number: number, element: element)
    var slot = Int(number) & mask
    while numbers[slot] != 0 {
      if (slot - Int(numbers[slot])) & mask < (slot - Int(entry.number)) & mask {
        let other = (number: numbers[slot], element: elements.moveElement(from: slot))
        numbers[slot] = entry.number
        elements.initializeElement(at: slot, to: entry.element)
        entry = other
      }
      slot = (slot + 1) & mask
    }
    numbers[slot] = entry.number
    elements.initializeElement(at: slot, to: entry.element)
  }

  /// Frees a slot whose element is gone: those behind it move up, as far as they do not stand in their own slots.
  @inlinable mutating func close(_ slot: Int) {
    let mask = numbers.count - 1
    var free = slot
    var next = (slot + 1) & mask
    while numbers[next] != 0, Int(numbers[next]) & mask != next {
      numbers[free] = numbers[next]
      elements.initializeElement(at: free, to: elements.moveElement(from: next))
      free = next
      next = (next + 1) & mask
    }
    numbers[free] = 0
  }

  @usableFromInline mutating func grow() {
    let before = (numbers: numbers, elements: elements)
    let size = max(16, before.numbers.count * 2)
    numbers = .allocate(capacity: size)
    numbers.initialize(repeating: 0)
    elements = .allocate(capacity: size)
    for slot in before.numbers.indices where before.numbers[slot] != 0 {
      enter(before.numbers[slot], before.elements.moveElement(from: slot))
    }
    before.numbers.deallocate()
    before.elements.deallocate()
  }
}
