/// A file of a `LosingDisk`: what programs see, and how to get from there to what is durable. Guarded by the disk's lock.
final class DiskFile {
  /// A change that is not synced, with what it replaced.
  private enum Change {
    /// From `offset` on, `count` bytes were written; `old` is what there was of them in a file of `end` bytes.
    case write(offset: Int, count: Int, old: [UInt8], end: Int)
    /// What was cut off.
    case truncate(cut: [UInt8])
  }

  private(set) var content: [UInt8] = []
  private var pending: [Change] = []
  var locks = FileLocks()
  let memory = SharedMemory()
  /// How often it is open.
  var handles = 0

  /// Reads what there is, and zeros beyond the end.
  /// - Returns: whether all of it was there.
  func read(_ target: UnsafeMutableRawBufferPointer, at offset: Int) -> Bool {
    let available = max(0, min(target.count, content.count - offset))
    if available > 0 {
      content.withUnsafeBytes { memory in
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[offset..<offset + available]))
      }
    }
    if available < target.count {
      UnsafeMutableRawBufferPointer(rebasing: target[available...]).initializeMemory(as: UInt8.self, repeating: 0)
    }
    return available == target.count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    let end = content.count
    let old = offset < end ? Array(content[offset..<min(end, offset + bytes.count)]) : []
    put(bytes, at: offset)
    pending.append(.write(offset: offset, count: bytes.count, old: old, end: end))
  }

  func truncate(to count: Int) {
    guard count < content.count else { return pending.append(.truncate(cut: [])) }
    pending.append(.truncate(cut: Array(content[count...])))
    content.removeLast(content.count - count)
  }

  /// A file of its own with the same content, all of it durable.
  func copied() -> DiskFile {
    let copy = DiskFile()
    copy.content = content
    return copy
  }

  func sync() { pending.removeAll(keepingCapacity: true) }

  /// Nobody has the file open any more: nothing is locked, and the shared memory is gone.
  func letGo() {
    locks = FileLocks()
    memory.clear()
  }

  /// What was pending is kept, lost or torn, sector by sector.
  func losePower(_ random: inout SeededGenerator) {
    let kept: Double = [0, 0.5, 0.9, 1].randomElement(using: &random) ?? 0
    for change in undone() {
      switch change {
      case .truncate(let count):
        if Double.random(in: 0..<1, using: &random) < kept, count < content.count {
          content.removeLast(content.count - count)
        }
      case .write(let offset, let bytes):
        var start = 0
        while start < bytes.count {
          let end = min(bytes.count, start + LosingDisk.sectorBytes - (offset + start) % LosingDisk.sectorBytes)
          if Double.random(in: 0..<1, using: &random) < kept {
            let isTorn = Int.random(in: 0..<8, using: &random) == 0
            let stop = isTorn ? Int.random(in: start...end, using: &random) : end
            bytes.withUnsafeBytes { put(UnsafeRawBufferPointer(rebasing: $0[start..<stop]), at: offset + start) }
          }
          start = end
        }
      }
    }
    letGo()
  }

  /// A change that may be made again.
  private enum Redoing {
    case write(offset: Int, bytes: [UInt8])
    case truncate(to: Int)
  }

  /// Undoes what is pending, so that the content is what is durable.
  /// - Returns: what was undone, the oldest first.
  private func undone() -> [Redoing] {
    var undone: [Redoing] = []
    for change in pending.reversed() {
      switch change {
      case .write(let offset, let count, let old, let end):
        undone.append(.write(offset: offset, bytes: Array(content[offset..<offset + count])))
        content.removeLast(content.count - end)
        content.replaceSubrange(min(offset, end)..<min(offset + count, end), with: old)
      case .truncate(let cut):
        undone.append(.truncate(to: content.count))
        content += cut
      }
    }
    pending.removeAll()
    return undone.reversed()
  }

  private func put(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    if offset > content.count { content.append(contentsOf: repeatElement(0, count: offset - content.count)) }
    let inside = min(bytes.count, content.count - offset)
    if inside > 0 {
      content.withUnsafeMutableBytes { memory in
        UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + inside])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<inside]))
      }
    }
    content.append(contentsOf: bytes[inside...])
  }
}
