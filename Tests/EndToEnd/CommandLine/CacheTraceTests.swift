import Testing

@testable import holdfast

struct `A trace of a cache` {
  @Test func `has a key on each line but the empty ones and those with an asterisk`() {
    let trace = CacheTrace(Array("7\nblue\n*\n\n7\r\n* 7\nred\n7".utf8))
    #expect(trace.requests == [0, 1, 0, 2, 0])
    #expect(trace.keys == 3)
    #expect(CacheTrace([]).requests.isEmpty)
  }

  @Test func `tells what others would have found`() {
    // Belady's own example has 12 requests; with three places, 5 are hits of whoever knows what is to come, and 2 of whoever
    // keeps the latest.
    let trace = CacheTrace(Array("1 2 3 4 1 2 5 1 2 3 4 5".replacing(" ", with: "\n").utf8))
    #expect(trace.hitsByRecency(3) == 2)
    #expect(trace.hitsByForesight(3) == 5)
    #expect(trace.hitsByRecency(4) == 4)
    #expect(trace.hitsByForesight(4) == 6)
    #expect(trace.hitsByRecency(5) == 7)
    #expect(trace.hitsByForesight(5) == 7)
  }

  @Test func `is no worse by foresight than by recency, whatever it is`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<50 {
      let text = (0..<300).map { _ in "\(Int.random(in: 0..<20, using: &random))" }.joined(separator: "\n")
      let trace = CacheTrace(Array(text.utf8))
      for capacity in 1...20 { #expect(trace.hitsByForesight(capacity) >= trace.hitsByRecency(capacity)) }
    }
  }
}
