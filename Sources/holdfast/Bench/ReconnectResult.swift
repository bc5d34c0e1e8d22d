import HoldfastContract
import HoldfastSDK

/// What came of very many devices' return.
struct ReconnectResult: Sendable {
  let devices: Int
  let connections: Int
  var seconds = 0.0
  var clientCPUSeconds = 0.0
  private(set) var served = 0
  private(set) var retries = 0
  private(set) var firstFailure: String?
  private var waits = Histogram()
  private var load = AdmissionLoad()
  private var hubPeakKiB: Int?

  init(devices: Int, connections: Int) {
    self.devices = devices
    self.connections = connections
  }

  /// Whether it went as it has to: all are in step, and the hub never let in more at once than it may.
  var isRight: Bool { served == devices && firstFailure == nil && load.mostAdmitted <= load.capacity }

  /// - Parameter isRight: whether it has been told what it missed
  mutating func count(_ visit: ReconnectDevice.Visit, isRight: Bool) {
    retries += visit.retries
    if let failure = visit.failure ?? (isRight ? nil : "a device was told of \(visit.received) entities") {
      firstFailure = firstFailure ?? failure
      return
    }
    served += 1
    waits.record(UInt64(clamping: Int64(visit.wait / .nanoseconds(1))))
  }

  /// What the hub says of it afterwards.
  /// - Parameter spaces: how many entities each has to have now
  mutating func ask(_ hub: BenchHub, spaces: [String: Int]) async throws {
    let administrator = try hub.connect(token: hub.adminToken)
    defer { administrator.close() }
    for (space, count) in spaces {
      let entities = try await administrator.sync.checksum(ChecksumRequest(space: space)).entities
      if entities != UInt64(count) {
        firstFailure = firstFailure ?? "the space \(space) has \(entities) entities, not \(count)"
      }
    }
    guard let load = try await administrator.administration.describe(DescribeRequest()).load else {
      throw WrongReply()
    }
    self.load = load.admission
    hubPeakKiB = hub.residentPeakKiB
  }

  func report(_ console: Console) {
    if let firstFailure {
      console.remark("holdfast: \(devices - served) devices were not served; what was wrong first: \(firstFailure)")
    }
    console.result(
      """
      reconnect: \(devices) devices on \(connections) connections, in step after \(seconds) s
        served     \(served); \(retries) calls were tried again
        wait       median \(milliseconds(0.5)) ms, 99 % \(milliseconds(0.99)) ms, longest \(milliseconds(1)) ms
        let in     at most \(load.mostAdmitted) at once of \(load.capacity); at most \(load.mostWaiting) waited, \
      \(load.sentAway) were sent away
        hub        \(hubPeakKiB.map { "\($0) KiB at most" } ?? "its memory cannot be told here")
        client     \(clientCPUSeconds) s of CPU, \(residentPeakKiB()) KiB at most
      """,
      json: [
        "op": "reconnect", "devices": .integer(devices), "connections": .integer(connections),
        "served": .integer(served), "retries": .integer(retries), "seconds": .number(seconds),
        "p50_ms": .number(milliseconds(0.5)), "p99_ms": .number(milliseconds(0.99)),
        "max_ms": .number(milliseconds(1)), "admission_cap": .unsigned(UInt64(load.capacity)),
        "most_admitted": .unsigned(UInt64(load.mostAdmitted)), "most_waiting": .unsigned(UInt64(load.mostWaiting)),
        "let_in": .unsigned(load.letIn), "sent_away": .unsigned(load.sentAway),
        "hub_max_rss_kib": hubPeakKiB.map { .integer($0) } ?? .null, "client_cpu_s": .number(clientCPUSeconds),
        "client_max_rss_kib": .integer(residentPeakKiB()),
      ])
  }

  private func milliseconds(_ share: Double) -> Double {
    let nanoseconds = share == 1 ? waits.longest : waits.percentile(share)
    return Double(nanoseconds / 1000) / 1000
  }
}
