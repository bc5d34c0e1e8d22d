import HoldfastSync
import HoldfastWire
import Testing

private typealias Bounds = HoldfastSync.Limits

/// How the bounds of this module hang together, and with those of the wire.
struct LimitsTests {
  @Test func `whatever may be stored can be sent`() {
    // Beside its changes an operation has its key, its type and some numbers.
    let head = Bounds.keyBytes + Bounds.typeBytes + 256
    #expect(Bounds.operationBytes + Bounds.changes * 32 + head <= Bounds.groupBytes)
    #expect(Bounds.groupBytes + Bounds.groupOperations * head + 4_096 <= HoldfastWire.Limits.messageBytes)
    #expect(Bounds.pushBytes <= Bounds.groupBytes)
    #expect(Bounds.groupOperations <= Bounds.pushOperations)
  }

  @Test func `an entity that is full can be told of`() {
    #expect(Bounds.stateBytes + Bounds.keyBytes + Bounds.typeBytes + 4_096 <= HoldfastWire.Limits.messageBytes)
    #expect(Bounds.changes >= 2 * Bounds.fields)
  }

  @Test func `an epoch's length fits in its byte`() {
    #expect(Bounds.epochBytes <= 255)
  }
}
