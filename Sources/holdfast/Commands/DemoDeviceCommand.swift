import HoldfastSDK
import HoldfastSync
import HoldfastWire

extension Command {
  /// One of the demo's devices, for one step of the demo.
  static let demoDevice = Command(
    name: "demo-device",
    summary: "Keeps the demo's notes in a replica, with and without a network.",
    positionals: [Positional(name: "STEP", summary: "What to do.")],
    options: [
      .value("--replica", "FILE", "The replica."), .value("--name", "NAME", "The device's name."),
      .value("--times", "N", "Of edit: how many; of report: up to which operation."), .space,
    ],
    connection: HubLocation.options,
    isHidden: true,
    run: { arguments, console in
      guard let step = DemoDevice.Step(rawValue: arguments.positional("STEP") ?? ""),
        let file = arguments["--replica"], let name = arguments["--name"]
      else { throw UsageError(message: "demo-device: say which step, replica and name", hint: nil) }
      let times = try arguments.count("--times", in: 1...1_000_000) ?? 1
      let replica = try await Replica.open(file: file, space: arguments.space, entities: [Note.self])
      let device = DemoDevice(name: name, replica: replica, console: console)
      // What is done without a network comes first.
      switch step {
      case .begin: try await device.begin()
      case .away: try await device.goAway()
      case .decide: try await device.decide()
      case .sync, .edit, .report: break
      }
      if step != .away {
        let hub = try await Client.connect(arguments)
        await replica.connect(by: HubTransport(hub.sync), timing: .demo)
        if step == .edit { try await device.edit(times: times) } else { try await device.becomeQuiet() }
        if step == .report { try await device.report(upTo: UInt64(times)) }
      }
      await replica.close()
      return .done
    })
}

extension SyncTiming {
  /// Somebody looks on: three devices need not spare the hub.
  fileprivate static let demo = SyncTiming(
    backoff: Backoff(first: .milliseconds(20), longest: .milliseconds(200)), reconnectSpread: .zero)
}
