import HoldfastSDK
import Testing

@Suite struct StorageErrorTests {
  @Test func `an error tells all that it came of`() {
    let cause = StorageError(.unavailable, "the disk is away")
    let error: any ChainedError = StorageError(.conflict, "it was changed", key: "a", cause: cause)
    #expect(error.kind == "conflict")
    #expect(error.summary == "it was changed")
    #expect((error.causes.first as? StorageError)?.code == .unavailable)
    #expect(error.causes.count == 1)
    #expect((cause as any ChainedError).causes.isEmpty)
  }
}
