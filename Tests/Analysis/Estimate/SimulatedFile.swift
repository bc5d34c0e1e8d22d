#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file of texts whose lengths and costs have one of many shapes.
struct SimulatedFile {
  let rows: Int
  let columns: Int
  let shape: String
  /// Texts that are slow because they come first, and by how much.
  let coldTexts: Int
  let coldFactor: Double
  private var lengths: [Int32] = []
  private var costs: [Float] = []

  private enum Lengths: CaseIterable { case alike, logNormal, heavy, twoKinds, mostlyEmpty }
  private enum Order: CaseIterable { case mixed, growing, inClusters, otherHead, inWaves }
  private enum Costs: CaseIterable { case byLength, moreThanByLength, byText, heavy, stalls }

  init(_ random: inout SeededGenerator) {
    rows = Int(exp(Double.random(in: log(5_000)...log(40_000), using: &random)))
    columns = .random(in: 1...4, using: &random)
    coldTexts = Bool.random(using: &random) ? .random(in: 20...300, using: &random) : 0
    coldFactor = .random(in: 2...8, using: &random)
    let order = Order.allCases.randomElement(using: &random) ?? .mixed
    let costOf = Costs.allCases.randomElement(using: &random) ?? .byText
    let perText = exp(Double.random(in: log(1e-5)...log(5e-3), using: &random))
    let power = costOf == .moreThanByLength ? Double.random(in: 1.1...1.4, using: &random) : 1
    let tail = Double.random(in: 2.1...3.5, using: &random)
    let kinds = (0..<columns).map { _ in Lengths.allCases.randomElement(using: &random) ?? .alike }
    let typical = (0..<columns).map { _ in exp(Double.random(in: log(8)...log(800), using: &random))
    }
    shape = "\(order) \(costOf)"

    lengths.reserveCapacity(rows * columns)
    costs.reserveCapacity(rows * columns)
    var cluster = 1.0
    for row in 0..<rows {
      let part = Double(row) / Double(rows)
      if order == .inClusters, row % 400 == 0 { cluster = exp(0.7 * random.normal()) }
      let scale =
        switch order {
        case .mixed: 1.0
        case .growing: 0.4 + 1.2 * part
        case .inClusters: cluster
        case .otherHead: part < 0.05 ? 0.2 : 1
        case .inWaves: 1 + 0.6 * sin(part * 40)
        }
      for column in 0..<columns {
        let length = Self.length(kinds[column], typical[column] * scale, &random)
        lengths.append(Int32(length))
        let relative = Double(length) / 100
        let cost =
          switch costOf {
          case .byLength: 0.2 + relative
          case .moreThanByLength: 0.2 + pow(relative, power)
          case .byText: 1.0
          case .heavy: (0.3 + relative) * random.pareto(tail)
          case .stalls: 0.3 + relative + (Int.random(in: 0..<2_000, using: &random) == 0 ? 60 : 0)
          }
        costs.append(Float(perText * cost))
      }
    }
  }

  private static func length(_ kind: Lengths, _ typical: Double, _ random: inout SeededGenerator)
    -> Int
  {
    let length =
      switch kind {
      case .alike: typical * Double.random(in: 0.8...1.2, using: &random)
      case .logNormal: typical * exp(0.8 * random.normal())
      case .heavy: typical * random.pareto(2.2) / 2
      case .twoKinds: Bool.random(using: &random) ? typical / 10 : typical * 2
      case .mostlyEmpty: Int.random(in: 0..<5, using: &random) == 0 ? typical : 0
      }
    return Int(min(length, 1e6))
  }

  func bytes(_ row: Int, _ column: Int) -> Int { Int(lengths[row * columns + column]) }
  func seconds(_ row: Int, _ column: Int) -> Double { Double(costs[row * columns + column]) }

  var totalBytes: Int { lengths.reduce(0) { $0 + Int($1) } }
  var totalTokens: Int { lengths.reduce(0) { $0 + (Int($1) + 3) / 4 } }
}
