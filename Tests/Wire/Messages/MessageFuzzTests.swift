import HoldfastWire
import Testing

/// Random and damaged bytes: nothing traps, and what is taken has one canonical form.
@Suite struct MessageFuzzTests {
  private func expectStable(_ sample: Sample) {
    guard let once = try? Conformance.echo(sample) else { return }
    #expect(
      (try? Conformance.echo(Sample(name: sample.name, bytes: once))) == once,
      "\(sample.name) \(sample.bytes.hexadecimal)")
  }

  @Test(arguments: 0..<8)
  func `random bytes`(seed: Int) {
    var random = RandomMessages(seed: UInt64(seed))
    let names = Conformance.types.keys.sorted()
    for _ in 0..<2_000 {
      let bytes = (0..<random.below(60)).map { _ in
        // Small numbers are tags and lengths more often.
        UInt8(random.chance(60) ? random.below(0x30) : random.below(256))
      }
      expectStable(Sample(name: names[random.below(names.count)], bytes: bytes))
    }
  }

  @Test(arguments: 0..<8)
  func `damaged messages`(seed: Int) {
    var random = RandomMessages(seed: UInt64(100 + seed))
    for _ in 0..<100 {
      let message = random.message()
      let name = String(type(of: message).messageName.dropFirst("conformance.".count))
      let bytes = message.encoded()
      expectStable(Sample(name: name, bytes: bytes))
      for _ in 0..<4 { expectStable(Sample(name: name, bytes: random.mutate(bytes))) }
    }
  }
}
