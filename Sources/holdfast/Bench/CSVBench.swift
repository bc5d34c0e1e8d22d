import HoldfastAnalysis
import HoldfastRPC
import HoldfastWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How fast a file is split into fields, by one thread, from the file to the bytes of each field.
struct CSVBench: Sendable {
  /// What one pass through the file found.
  struct Content: Equatable {
    var fileBytes = 0
    var columns = 0
    var rows = 0
    var fields = 0
    var textBytes = 0
    var problems = 0
  }

  let path: String

  /// Goes through the file again and again; once at least.
  func run(seconds: Double) throws(CommandFailure) -> CSVSpeed {
    let beginning = Beginning()
    var speed = CSVSpeed(path: path)
    repeat {
      let cpu = cpuSeconds()
      let began = MonotonicTime.now()
      let content = try pass()
      speed.count(content, seconds: (MonotonicTime.now() - began) / .seconds(1), cpu: cpuSeconds() - cpu)
    } while beginning.elapsed < .seconds(seconds)
    return speed
  }

  private func pass() throws(CommandFailure) -> Content {
    guard let file = fopen(path, "rb") else { throw failure() }
    defer { fclose(file) }
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.csvReadBytes, alignment: 64)
    defer { piece.deallocate() }
    var content = Content()
    func next() throws(CommandFailure) -> UnsafeRawBufferPointer {
      let count = fread(piece.baseAddress, 1, piece.count, file)
      guard ferror(file) == 0 else { throw failure() }
      content.fileBytes += count
      return UnsafeRawBufferPointer(rebasing: piece[..<count])
    }
    func take(_ batch: borrowing CSVBatch) {
      for row in 0..<batch.count {
        let columns = batch.fieldCount(of: row)
        for column in 0..<columns { content.textBytes += batch.field(row, column).bytes.count }
        content.fields += columns
      }
    }
    do {
      var bytes = try next()
      let dialect = try CSVDetection.detect(prefix: bytes, isWhole: bytes.count < piece.count).dialect
      var reader = try CSVReader(dialect: dialect)
      while !bytes.isEmpty {
        reader.read(bytes, take)
        bytes = try next()
      }
      reader.finish(take)
      content.rows = reader.rows
      content.columns = reader.header?.names.count ?? 0
      content.problems = reader.problems.count
      return content
    } catch let error as CSVError {
      throw CommandFailure(.usage, "\(path): \(error.message)")
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure(.usage, "\(path): \(error)")
    }
  }

  private func failure() -> CommandFailure {
    CommandFailure(.usage, "cannot read \(path): \(String(cString: strerror(errno)).lowercased())")
  }
}

/// What all passes through a file found, and how long each took.
struct CSVSpeed {
  let path: String
  private var content = CSVBench.Content()
  private var passes: [(seconds: Double, cpu: Double)] = []
  private var isSteady = true

  init(path: String) {
    self.path = path
  }

  mutating func count(_ found: CSVBench.Content, seconds: Double, cpu: Double) {
    if passes.isEmpty { content = found }
    if content != found { isSteady = false }
    passes.append((seconds, cpu))
  }

  /// Each pass has to find the same, and something.
  var isRight: Bool { isSteady && content.rows > 0 }

  /// Megabytes a second of the pass in the middle.
  private func megabytes(_ seconds: [Double]) -> Double {
    let middle = max(seconds.sorted()[seconds.count / 2], 1e-9)
    return (Double(content.fileBytes) / middle / 1e5).rounded() / 10
  }

  func report(_ console: Console) {
    let (speed, cpuSpeed) = (megabytes(passes.map(\.seconds)), megabytes(passes.map(\.cpu)))
    console.result(
      """
      csv: \(path), \(content.fileBytes) bytes, \(content.rows) records of \(content.columns) columns
        speed      \(speed) MB/s, \(cpuSpeed) MB/s of CPU, \(passes.count) passes, \(residentPeakKiB()) KiB at most
        found      \(content.fields) fields with \(content.textBytes) bytes, \(content.problems) problems
      """,
      json: [
        "op": "csv", "file": .string(path), "bytes": .integer(content.fileBytes), "rows": .integer(content.rows),
        "columns": .integer(content.columns), "fields": .integer(content.fields),
        "text_bytes": .integer(content.textBytes), "problems": .integer(content.problems),
        "passes": .integer(passes.count), "mb_per_s": .number(speed), "mb_per_cpu_s": .number(cpuSpeed),
        "max_rss_kib": .integer(residentPeakKiB()),
      ])
  }
}
