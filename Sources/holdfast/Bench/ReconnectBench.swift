import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastServer
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Very many devices that come back at the same moment to a hub that was away.
///
/// The hub is a process of its own, with its data in a temporary directory. All devices are in this process, each with an
/// identity of its own; as many as there are connections have one for themselves. Half of them are in a space where
/// something has changed meanwhile, so that each of these has to be let in, the others in one where nothing has. Every
/// tenth device has a change of its own to bring.
struct ReconnectBench {
  let devices: Int
  let connections: Int
  /// The text of each note.
  let text: String

  /// New notes in each space: of one while the devices were away, of the other before.
  private static let news = 64
  /// Devices that share a token, which is how the hub knows whose turn it is.
  private static let devicesPerToken = 10
  private static let pushesPerDevice = 10
  private static let (busy, quiet) = ("busy", "quiet")

  /// What the devices have with them, and how they show who they are.
  private struct Fleet {
    var devices: [ReconnectDevice]
    var tokens: [String] = []
  }

  init(devices: Int, connections: Int, payload: Int) {
    self.devices = devices
    self.connections = min(connections, devices)
    text = String(decoding: (0..<payload).map { UInt8(ascii: "a") + UInt8($0 * 7 % 26) }, as: UTF8.self)
  }

  func run() async throws -> ReconnectResult {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-bench-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try BenchHub(folder: folder, listen: "127.0.0.1:0")
    var fleet = Fleet(devices: (0..<devices).map { ReconnectDevice(space: $0 % 2 == 0 ? Self.busy : Self.quiet) })
    try await prepare(&fleet, first)
    first.stop()
    let second = try BenchHub(folder: folder, listen: first.address)
    defer { second.stop() }
    return try await comeBack(fleet, second)
  }

  // MARK: Steps

  /// All devices get to know the hub; then something changes, without them.
  private func prepare(_ fleet: inout Fleet, _ hub: BenchHub) async throws {
    let administrator = try hub.connect(token: hub.adminToken)
    defer { administrator.close() }
    for number in 0..<max(1, devices / Self.devicesPerToken) {
      let scope = TokenScope(spaces: [Self.busy, Self.quiet], services: ["Sync"], write: true)
      let reply = try await administrator.administration.createToken(
        CreateTokenRequest(name: "user \(number)", scope: scope))
      fleet.tokens.append(reply.token)
    }
    // By their own tokens: who comes with another is not known yet.
    let hubs = try fleet.tokens.map { try hub.connect(token: $0) }
    defer { for hub in hubs { hub.close() } }
    try await changeSomething(in: Self.quiet, hubs[0])
    let end = MonotonicTime.now() + Limits.benchPatience
    // A few at once: it is not what is measured.
    for start in stride(from: 0, to: devices, by: 64) {
      let range = start..<min(start + 64, devices)
      let known = await withTaskGroup(of: (Int, ReconnectDevice, ReconnectDevice.Visit).self) { group in
        for index in range {
          let transport = HubTransport(hubs[index % connections % hubs.count].sync)
          group.addTask { [device = fleet.devices[index]] in
            var device = device
            let visit = await device.comeBack(by: transport, since: .now(), until: end)
            return (index, device, visit)
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      for (index, device, visit) in known {
        if let failure = visit.failure { throw CommandFailure(.failed, "a device could not join: \(failure)") }
        fleet.devices[index] = device
      }
    }
    try await changeSomething(in: Self.busy, hubs[0])
    for index in stride(from: 0, to: devices, by: Self.pushesPerDevice) {
      try fleet.devices[index].create(Note(id: UUID(), text: text), at: now)
    }
  }

  /// Another device brings new notes to the space.
  private func changeSomething(in space: String, _ hub: Hub) async throws {
    var author = ReconnectDevice(space: space)
    for _ in 0..<Self.news { try author.create(Note(id: UUID(), text: text), at: now) }
    let start = MonotonicTime.now()
    let visit = await author.comeBack(
      by: HubTransport(hub.sync), since: start, until: start + Limits.benchPatience)
    if let failure = visit.failure { throw CommandFailure(.failed, "nothing could be changed: \(failure)") }
  }

  /// Microseconds since 1970.
  private var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }

  /// All come at once. Each connection begins with the hub not knowing it.
  private func comeBack(_ fleet: Fleet, _ hub: BenchHub) async throws -> ReconnectResult {
    let hubs = try (0..<connections).map { try hub.connect(token: fleet.tokens[$0 % fleet.tokens.count]) }
    defer { for hub in hubs { hub.close() } }
    let cpu = cpuSeconds()
    let start = MonotonicTime.now()
    let end = start + Limits.benchPatience
    var result = ReconnectResult(devices: devices, connections: connections)
    await withTaskGroup(of: (Bool, ReconnectDevice.Visit).self) { group in
      for (index, device) in fleet.devices.enumerated() {
        let transport = HubTransport(hubs[index % connections].sync)
        group.addTask {
          var device = device
          return (device.space == Self.busy, await device.comeBack(by: transport, since: start, until: end))
        }
      }
      for await (isBusy, visit) in group {
        // Of its own and others' changes it is told as well, if it has pulled after they came.
        let isRight = isBusy ? visit.received >= Self.news : visit.received == 0
        result.count(visit, isRight: isRight)
      }
    }
    result.seconds = inThousandths((MonotonicTime.now() - start) / .seconds(1))
    result.clientCPUSeconds = inThousandths(cpuSeconds() - cpu)
    try await result.ask(hub, spaces: [Self.busy: Self.news + pushed(in: 0), Self.quiet: Self.news + pushed(in: 1)])
    return result
  }

  /// How many devices of the space push, whose devices have this remainder of 2.
  private func pushed(in remainder: Int) -> Int {
    stride(from: 0, to: devices, by: Self.pushesPerDevice).count { $0 % 2 == remainder }
  }
}
