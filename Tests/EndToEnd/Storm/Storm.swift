#if os(Linux)
  import Foundation
  import HoldfastContract
  import HoldfastRPC
  import HoldfastSDK
  import HoldfastServer
  import HoldfastTesting
  import TestSupport
  import Testing

  @testable import TestDevice

  /// A hub, devices that change the same at random, and between them all that can go wrong; by seed.
  final class Storm {
    let hub: HubProcess
    let files: TemporaryDirectory
    private(set) var devices: [StormDevice] = []
    private var generator: SeededGenerator
    private(set) var kills = (hub: 0, devices: 0)

    /// Which tallies the one device wants that does not want all.
    static let shelf: UInt32 = 1

    init(seed: UInt64) async throws {
      generator = SeededGenerator(seed: seed)
      hub = try await HubProcess()
      files = try TemporaryDirectory()
      try await begin()
      // The first two work on one file.
      for (name, file) in [("ann", "a"), ("abe", "a"), ("bob", "b"), ("cara", "c"), ("dan", "d")] {
        let way = try devices.first { $0.file == file }?.way ?? FaultyProxy(to: hub.address, seed: generator.next())
        devices.append(StormDevice(name: name, file: file, way: way, shelf: file == "d" ? Self.shelf : nil))
      }
      for device in devices { try start(device) }
    }

    func path(_ file: String) -> String { files.path(file + ".replica") }

    /// The replica's files, without repeats.
    var replicas: [String] { Array(Set(devices.map(\.file))).sorted() }

    /// What the devices have complained about.
    var complaints: String {
      let texts = devices.map { try? String(contentsOfFile: files.path($0.name), encoding: .utf8) }
      return (texts + [hub.errors]).compactMap(\.self).joined()
    }

    // MARK: Steps

    /// Puts the tallies there that everybody changes.
    private func begin() async throws {
      try await withReplica("first") { replica in
        for number in DeviceWork.tallies {
          try await replica.tallies.create(Tally(number: number, shelf: number % 3))
        }
        _ = try await replica.visit(try await hub.connect(), .both, patience: .seconds(60)) { _ in }
      }
    }

    /// Lets everything go wrong for so long.
    func rage(for duration: Duration) async throws {
      let end = ContinuousClock.now + duration
      while ContinuousClock.now < end {
        try await Task.sleep(for: .milliseconds(Int.random(in: 20..<400, using: &generator)))
        guard let device = devices.randomElement(using: &generator) else { return }
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<50: device.way.weather = Weather.allCases.randomElement(using: &generator) ?? .calm
        case 50..<75:
          await device.kill()
          kills.devices += 1
          if Bool.random(using: &generator) { try start(device) }
        case 75..<92: try start(device)
        default:
          await hub.end(SIGKILL)
          kills.hub += 1
          try await Task.sleep(for: .milliseconds(Int.random(in: 0..<600, using: &generator)))
          try await hub.restart()
        }
      }
    }

    /// Nothing goes wrong any more: all devices come to an end, and say how.
    func calmDown() async throws {
      for device in devices { device.way.weather = .calm }
      for device in devices { try start(device) }
      for device in devices { device.process?.tell(.settle) }
      for device in devices { try await device.wait { $0.contains(.settled) } }
      for device in devices { device.process?.tell(.report) }
      for device in devices { try await device.wait { $0.contains(.equal) || $0.contains(.elsewhere) } }
      for device in devices { #expect(await device.process?.ended() == 0, "\(device.name)") }
    }

    private func start(_ device: StormDevice) throws {
      let (folder, seed) = (HubDirectory(path: hub.data), generator.next())
      try device.start(
        { name in
          DeviceOptions(
            name: name, replica: path(device.file), hub: device.way.address, authority: folder.authority,
            token: folder.adminToken, seed: seed, shelf: device.shelf)
        }, errors: files.path(device.name))
    }

    // MARK: Looking

    func withReplica<Result>(_ file: String, _ body: (Replica) async throws -> Result) async throws -> Result {
      let replica = try await Replica.open(
        file: path(file), space: DeviceOptions.space, entities: [Tally.self, Sheet.self, Slip.self])
      let result = try await body(replica)
      await replica.close()
      return result
    }
  }
#endif
