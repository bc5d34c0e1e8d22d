extension Outbox {
  /// Numbers in PINGs, so that the answers can be told apart.
  static let keepaliveProbe: UInt64 = 0
  static let drainProbe: UInt64 = 1

  /// Appends a PING or a PONG.
  mutating func append(_ type: FrameType, probe: UInt64) {
    ready.append(FrameHeader.size + 8) { frame in
      let word = FrameHeader(length: 8, type: type, stream: .connection).word
      frame.storeBytes(of: word.littleEndian, as: UInt64.self)
      frame.storeBytes(of: probe.littleEndian, toByteOffset: FrameHeader.size, as: UInt64.self)
    }
  }
}
