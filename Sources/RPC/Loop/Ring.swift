/// A queue in a circular buffer, which grows and, once it is empty, gives back what a burst made it take.
struct Ring<Element> {
  private var slots: [Element?]
  private var head = 0
  private(set) var count = 0

  /// Slots that an empty ring keeps.
  private static var resting: Int { 1024 }

  init() {
    slots = Array(repeating: nil, count: 16)
  }

  var isEmpty: Bool { count == 0 }

  mutating func append(_ element: Element) {
    if count == slots.count { grow() }
    slots[(head + count) & (slots.count - 1)] = element
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = slots[head].take()
    head = (head + 1) & (slots.count - 1)
    count -= 1
    if count == 0 && slots.count > Self.resting { self = Ring() }
    return element
  }

  /// Puts an element before all others.
  mutating func prepend(_ element: Element) {
    if count == slots.count { grow() }
    head = (head - 1) & (slots.count - 1)
    slots[head] = element
    count += 1
  }

  /// Calls `body` with each element, first in first.
  func forEach(_ body: (Element) -> Void) {
    for offset in 0..<count {
      if let element = slots[(head + offset) & (slots.count - 1)] { body(element) }
    }
  }

  /// Removes what `matches` and keeps the order of the rest.
  mutating func removeAll(where matches: (Element) -> Bool) {
    var kept = Ring()
    forEach { if !matches($0) { kept.append($0) } }
    self = kept
  }

  private mutating func grow() {
    var larger = [Element?]()
    larger.reserveCapacity(slots.count * 2)
    for offset in 0..<count { larger.append(slots[(head + offset) & (slots.count - 1)]) }
    larger.append(contentsOf: repeatElement(nil, count: slots.count * 2 - count))
    slots = larger
    head = 0
  }
}
