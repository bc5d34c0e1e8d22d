import Testing

@testable import HoldfastCrypto

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keys that keep what is worked out from them.
@Suite struct PreparedKeyTests {
  @Test func `what one has sealed, the other opens`() throws {
    let key = try SealingKey.random()
    let prepared = key.prepared()
    for count in [0, 1, 15, 16, 17, 1024, 70_000] {
      let message = [UInt8](repeating: 7, count: count)
      for (sealer, opener) in [(key, prepared), (prepared, key), (prepared, prepared)] {
        #expect(try opener.open(sealer.seal(message, context: [1]), context: [1]) == message)
      }
    }
  }

  @Test func `what stands before it stays readable, and is passed over`() throws {
    let key = try SealingKey.random().prepared()
    for head in [[], [1, 2, 3, 4]] as [[UInt8]] {
      let sealed = try key.seal([9, 9], context: [1], after: head)
      #expect(sealed.count == head.count + 2 + SealingKey.overhead)
      #expect(Array(sealed[..<head.count]) == head)
      #expect(try key.open(sealed, from: head.count, context: [1]) == [9, 9])
      for start in 0...sealed.count + 1 where start != head.count {
        #expect(try key.open(sealed, from: start, context: [1]) == nil)
      }
    }
  }

  @Test func `after something that does not open it opens what does`() throws {
    let key = try SealingKey.random().prepared()
    for round: UInt8 in 0..<10 {
      let sealed = try key.seal([round], context: [round])
      var changed = sealed
      changed[Int(round)] ^= 1
      #expect(try key.open(changed, context: [round]) == nil)
      #expect(try key.open(sealed, context: [round + 1]) == nil)
      #expect(try key.open(sealed, context: [round]) == [round])
    }
  }

  @Test func `many at once seal with a nonce each, and open`() async throws {
    let key = try SealingKey.random().prepared()
    let nonces = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
      for task: UInt8 in 0..<8 {
        group.addTask {
          try (0..<200).map { round in
            let message = [UInt8](repeating: task, count: round)
            let sealed = try key.seal(message, context: [task])
            #expect(try key.open(sealed, context: [task]) == message)
            return Array(sealed[..<CipherContext.nonceBytes])
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(nonces).count == 8 * 200)
  }

  #if os(Linux) && !THREAD_SANITIZER
    @Test func `a process that was forked off has nonces of its own`() throws {
      let key = try SealingKey.random().prepared()
      // Draws those of the next messages as well.
      _ = try key.seal([], context: [])
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      defer { for end in ends { close(end) } }
      let fork = unsafeBitCast(try #require(dlsym(nil, "fork")), to: (@convention(c) () -> pid_t).self)
      let child = fork()
      if child == 0 {
        let sealed = (try? key.seal([], context: [])) ?? []
        _exit(write(ends[1], sealed, sealed.count) == SealingKey.overhead ? 0 : 1)
      }
      try #require(child > 0)
      var status: Int32 = -1
      while waitpid(child, &status, 0) < 0 { try #require(errno == EINTR) }
      try #require(status == 0)
      var theirs = [UInt8](repeating: 0, count: SealingKey.overhead)
      try #require(read(ends[0], &theirs, theirs.count) == theirs.count)
      #expect(try key.open(theirs, context: []) == [])
      #expect(try key.seal([], context: []) != theirs)
    }
  #endif
}
