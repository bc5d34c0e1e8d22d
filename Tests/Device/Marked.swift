import HoldfastSDK

/// An entity in which each change leaves its mark, three times.
protocol Marked: Entity {
  var count: Int64 { get set }
  var marks: Set<String> { get set }
  var log: [String] { get set }
}

extension Marked {
  mutating func add(_ mark: String) {
    count += 1
    marks.insert(mark)
    log.append(mark)
  }

  /// Whether no change was made twice, or by half.
  var isWhole: Bool { count == Int64(marks.count) && log.count == marks.count && Set(log) == marks }
}

extension Tally: Marked {}
extension Sheet: Marked {}
extension Slip: Marked {}
