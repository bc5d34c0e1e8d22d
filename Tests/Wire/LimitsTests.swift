import Testing

@testable import HoldfastWire

/// How the bounds of this module hang together.
struct LimitsTests {
  @Test func `a side accepts at least the minimum unless it is told otherwise`() {
    #expect(Limits.streams >= Limits.minimumStreams)
    #expect(Limits.messageBytes >= Limits.minimumMessageBytes)
    #expect(Limits.streamCredit >= Limits.minimumStreamCredit)
    #expect(Limits.connectionCredit >= Limits.minimumConnectionCredit)
    #expect(SessionBounds.standard.inRange == .standard)
    #expect(SessionBounds.minimum.inRange == .minimum)
  }

  @Test func `the head of a CALL or REPLY fits in its first frame`() {
    // Method, flags, time, status: varints of at most ten bytes, and the length of the metadata.
    #expect(Limits.headBytes >= Limits.metadataBytes + 4 * Limits.varintBytes)
    #expect(Limits.headBytes < Limits.frameBodyBytes)
  }

  @Test func `every message about the connection fits in one frame`() {
    let longest = Limits.tokenBytes + 2 * Limits.textBytes + 256
    #expect(longest <= Limits.frameBodyBytes)
  }

  @Test func `a frame's length fits in its three bytes, with room to grow`() {
    #expect(Limits.frameBodyBytes < 1 << 24)
    #expect(Limits.frameBodyBytes <= Limits.readyBytes)
  }

  @Test func `streams share the connection's credit`() {
    #expect(Limits.minimumStreamCredit <= Limits.minimumConnectionCredit)
    #expect(Limits.streamCredit <= Limits.connectionCredit)
    #expect(Limits.minimumStreamCredit >= Limits.minimumMessageBytes)
    #expect(Limits.connectionCredit <= Limits.largestCredit)
    #expect(Limits.messageBytes <= Limits.largestCredit)
  }

  @Test func `what readers keep back never holds up the connection`() {
    for bounds in [SessionBounds.minimum, .standard] {
      #expect(bounds.creditPortion * bounds.streams <= bounds.connectionCredit / 4)
      #expect(bounds.creditPortion <= bounds.streamCredit / 4)
    }
  }

  @Test func `the memory that a peer can take stays within tens of megabytes`() {
    let bounds = SessionBounds.standard
    let unfinished =
      bounds.streams * Limits.frameBodyBytes
      + Limits.unfinishedMessages * (bounds.messageBytes + Limits.headBytes)
    #expect(unfinished < 40 << 20)
    // Items that wait for their reader: each costs credit even when it is empty.
    #expect(bounds.connectionCredit / Limits.itemFrameCredit <= 1 << 16)
    #expect(Limits.waitingItemBytes >= 2 * Limits.readyBytes)
  }

  @Test func `a decoder takes what a frame's sender may send`() {
    #expect(DecodingLimits.standard.maximumSize >= Limits.messageBytes)
    #expect(Limits.lastFreshStream < .last)
  }

  @Test func `bounds outside the range are brought into it, alike on both sides`() {
    let tiny = SessionBounds(streams: 1, messageBytes: 0, streamCredit: -5, connectionCredit: 1)
    #expect(tiny.inRange == .minimum)
    let huge = SessionBounds(streams: .max, messageBytes: .max, streamCredit: .max, connectionCredit: .max)
    #expect(SessionBounds(huge.inRange.limits) == huge.inRange)
    #expect(SessionBounds(SessionLimits()) == .minimum)
    #expect(SessionBounds(tiny.inRange.limits) == tiny.inRange)
  }
}
