/// Keys in the order in which somebody asked for them.
struct CacheTrace: Sendable {
  /// Each key by a number of its own, counted from zero.
  let requests: [Int]
  let keys: Int

  /// One key a line; empty lines and those that begin with an asterisk say nothing.
  init(_ text: [UInt8]) {
    var numbers: [ArraySlice<UInt8>: Int] = [:]
    var requests: [Int] = []
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard let first = line.first, first != UInt8(ascii: "*") else { continue }
      let next = numbers.count
      requests.append(numbers[line, default: next])
      if requests.last == next { numbers[line] = next }
    }
    self.requests = requests
    keys = numbers.count
  }

  /// Hits of a cache that lets the least recently used go.
  func hitsByRecency(_ capacity: Int) -> Int {
    var last: [Int: Int] = [:]
    var oldest = 0
    var hits = 0
    for (moment, key) in requests.enumerated() {
      if last.updateValue(moment, forKey: key) != nil { hits += 1 }
      while last.count > capacity {
        if last[requests[oldest]] == oldest { last[requests[oldest]] = nil }
        oldest += 1
      }
    }
    return hits
  }

  /// Hits of a cache that knows what is to come: it lets go what is wanted last, be it what has just come (Belady).
  func hitsByForesight(_ capacity: Int) -> Int {
    var next = Array(repeating: Int.max, count: requests.count)
    var seen: [Int: Int] = [:]
    for moment in requests.indices.reversed() {
      next[moment] = seen.updateValue(moment, forKey: requests[moment]) ?? .max
    }
    // When each kept key is wanted next; the heap also has what was true before.
    var kept: [Int: Int] = [:]
    var heap = LatestFirst()
    var hits = 0
    for (moment, key) in requests.enumerated() {
      if kept.updateValue(next[moment], forKey: key) != nil { hits += 1 }
      heap.push((next[moment], key))
      while kept.count > capacity, let (wanted, key) = heap.pop() {
        if kept[key] == wanted { kept[key] = nil }
      }
    }
    return hits
  }
}

/// Keys by when they are wanted, the latest first.
private struct LatestFirst {
  private var items: [(wanted: Int, key: Int)] = []

  mutating func push(_ item: (wanted: Int, key: Int)) {
    items.append(item)
    var place = items.count - 1
    while place > 0, items[(place - 1) / 2].wanted < items[place].wanted {
      items.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func pop() -> (wanted: Int, key: Int)? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    guard !items.isEmpty else { return first }
    items[0] = last
    var place = 0
    while true {
      var latest = place
      for child in [2 * place + 1, 2 * place + 2] where child < items.count {
        if items[child].wanted > items[latest].wanted { latest = child }
      }
      guard latest != place else { return first }
      items.swapAt(place, latest)
      place = latest
    }
  }
}
