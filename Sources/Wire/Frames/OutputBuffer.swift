/// Frames that wait to be sent: written at the end, their bytes taken from the front. Holds no memory while it is empty.
public struct OutputBuffer: ~Copyable {
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var start = 0
  private var end = 0
  /// How many have been written since it was last empty.
  public private(set) var frames = 0
  /// What it takes at first: about as much as it held when it was last filled.
  private var usual = Limits.outputBufferBytes

  public init() {}

  deinit { memory.deallocate() }

  public var count: Int { end - start }
  public var isEmpty: Bool { end == start }

  /// Makes room for a frame of `count` bytes at the end and lets `fill` write all of them.
  mutating func append(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
    if end + count > memory.count { grow(by: count) }
    fill(UnsafeMutableRawBufferPointer(rebasing: memory[end..<end + count]))
    end += count
    frames += 1
  }

  /// All bytes, in order; valid during `body` only.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(rebasing: memory[start..<end]))
  }

  /// Forgets the first `count` bytes, which have been sent.
  public mutating func consume(_ count: Int) {
    precondition(count <= self.count, "more consumed than there is")
    start += count
    if start == end { release() }
  }

  private mutating func release() {
    usual = max(Limits.outputBufferBytes, end + end / 8, usual / 2)
    memory.deallocate()
    memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    start = 0
    end = 0
    frames = 0
  }

  private mutating func grow(by count: Int) {
    let used = end - start
    if used + count <= memory.count, start >= memory.count / 2 {
      memory.baseAddress?.copyMemory(from: memory.baseAddress.unsafelyUnwrapped + start, byteCount: used)
    } else {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(usual, (used + count) * 2), alignment: 8)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
      memory.deallocate()
      memory = larger
    }
    start = 0
    end = used
  }
}
