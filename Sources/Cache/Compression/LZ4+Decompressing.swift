extension LZ4 {
  /// The bytes of a block that has `count` of them.
  ///
  /// - Throws: `Fault` for whatever is no such block; bytes from elsewhere never trap, and never make more memory than
  ///   `count` says.
  package static func decompress(_ block: [UInt8], count: Int) throws(Fault) -> [UInt8] {
    var fault: Fault?
    // Room for one byte at least: all empty arrays are one, which filling would write to.
    let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { target, filled in
      block.withUnsafeBytes { source in
        do throws(Fault) {
          try decompress(
            source, into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: target[..<count])))
          filled = count
        } catch {
          fault = error
        }
      }
    }
    if let fault { throw fault }
    return bytes
  }

  /// Fills all of `target`, or throws.
  private static func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(Fault) {
    var (read, written) = (0, 0)
    while true {
      guard read < source.count else { throw .truncated }
      let token = source[read]
      read += 1
      let literals = try length(Int(token >> 4), source, &read)
      guard literals <= source.count - read else { throw .truncated }
      guard literals <= target.count - written else { throw .size }
      if literals > 0 {
        UnsafeMutableRawBufferPointer(rebasing: target[written..<written + literals])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[read..<read + literals]))
      }
      read += literals
      written += literals
      if read == source.count {
        guard written == target.count, token & 15 == 0 else { throw .size }
        return
      }
      guard source.count - read >= 2 else { throw .truncated }
      let distance = Int(source[read]) | Int(source[read + 1]) << 8
      read += 2
      let match = try length(Int(token & 15), source, &read) + shortestMatch
      guard distance > 0, distance <= written else { throw .distance }
      guard match <= target.count - written else { throw .size }
      copy(match, back: distance, in: target, at: written)
      written += match
    }
  }

  /// Copies what may overlap with itself: what was just written is what is repeated.
  private static func copy(_ count: Int, back distance: Int, in target: UnsafeMutableRawBufferPointer, at place: Int) {
    guard distance < count else {
      UnsafeMutableRawBufferPointer(rebasing: target[place..<place + count])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: target[place - distance..<place - distance + count]))
      return
    }
    for offset in place..<place + count { target[offset] = target[offset - distance] }
  }

  private static func length(
    _ start: Int, _ source: UnsafeRawBufferPointer, _ read: inout Int
  ) throws(Fault) -> Int {
    guard start == 15 else { return start }
    var length = start
    while true {
      guard read < source.count else { throw .truncated }
      let more = source[read]
      read += 1
      length += Int(more)
      guard more == 255 else { return length }
    }
  }
}
