import HoldfastWire
import Testing

/// The codec against Google's protobuf for Python.
@Suite struct ConformanceTests {
  @Test func `what protobuf writes is written again byte for byte`() throws {
    for sample in try Protobuf.generate(seed: 1, count: 2_000) {
      #expect(try Conformance.echo(sample) == sample.bytes, "\(sample.name) \(sample.bytes.hexadecimal)")
    }
  }

  @Test func `what we write is written again by protobuf byte for byte`() throws {
    var random = RandomMessages(seed: 2)
    let samples = (0..<2_000).map { _ in
      let message = random.message()
      return Sample(
        name: String(type(of: message).messageName.dropFirst("conformance.".count)), bytes: message.encoded())
    }
    let answers = try Protobuf.echo(samples)
    #expect(answers.count == samples.count)
    for (sample, answer) in zip(samples, answers) {
      #expect(answer == sample.bytes, "\(sample.name) \(sample.bytes.hexadecimal)")
    }
  }

  @Test func `a message read as another type keeps its meaning`() throws {
    // Every field that the other type does not have, or has with another wire type, is unknown to it.
    // Not maps: protobuf for C takes an entry with unknown fields for unknown, where we and protobuf for C++ drop them.
    let names = ["Plain", "Optionals", "Lists", "Choice", "Tree", "Defaults"]
    let samples = try Protobuf.generate(seed: 3, count: 1_400).enumerated().compactMap { index, sample -> Sample? in
      let name = names[index % names.count]
      // Durations with different signs that are merged into one: protobuf keeps seconds and nanoseconds apart.
      if sample.name == "Lists", ["Plain", "Optionals"].contains(name) { return nil }
      return Sample(name: name, bytes: sample.bytes)
    }
    try expectAgreement(on: samples)
  }

  @Test func `what is damaged means the same to both, or is refused by both`() throws {
    var random = RandomMessages(seed: 4)
    let samples = try Protobuf.generate(seed: 4, count: 2_000).compactMap { sample in
      // A set that holds an element twice is another thing to protobuf, which has lists only; maps as above.
      ["Sets", "Maps", "Everything"].contains(sample.name) || sample.bytes.count > 3_000
        ? nil : Sample(name: sample.name, bytes: random.mutate(sample.bytes))
    }
    try expectAgreement(on: samples)
  }

  /// Decodes and encodes the samples here, and has protobuf compare what they mean before and after.
  private func expectAgreement(on samples: [Sample]) throws {
    var errors: [MessageDecodingError?] = []
    let pairs = samples.map { sample -> (sample: Sample, written: [UInt8]?) in
      do throws(MessageDecodingError) {
        let written = try Conformance.echo(sample)
        errors.append(nil)
        return (sample, written)
      } catch {
        errors.append(error)
        return (sample, nil)
      }
    }
    let answers = try Protobuf.compare(pairs)
    #expect(answers.count == samples.count)
    for ((pair, error), answer) in zip(zip(pairs, errors), answers) {
      // Stricter than protobuf: a UUID's length, and the ranges of timestamps and durations.
      if answer == "right refused", let error, error.code == .malformed, error.message.isAboutValue { continue }
      #expect(
        answer == "same" || answer == "both refused",
        "\(answer) \(error?.description ?? "") \(pair.sample.name) \(pair.sample.bytes.hexadecimal)")
    }
    // Both ways out were taken.
    #expect(Set(answers).isSuperset(of: ["same", "both refused"]))
  }
}

extension String {
  fileprivate var isAboutValue: Bool {
    hasPrefix("a UUID") || hasPrefix("a timestamp") || hasPrefix("a duration")
  }
}
