import HoldfastContract
import HoldfastSDK
import HoldfastWire

extension Command {
  static let spaceList = Command(
    name: "space list",
    summary: "Lists the spaces of a hub, how full they are and their quotas.",
    details:
      "In text: the name, values, bytes, the number of its last change, and a quota of its own. For administrators.",
    connection: HubLocation.options,
    examples: ["holdfast space list --data ./hub", "holdfast space list --json --data ./hub"],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      for space in try await hub.administration.listSpaces(ListSpacesRequest()).spaces { show(space, on: console) }
      return .done
    })

  static let spaceQuota = Command(
    name: "space quota",
    summary: "Sets how much a space may hold.",
    details: """
      What is not given is as the hub's settings --space-bytes and --space-values have it. A space over its
      quota keeps what it has, and takes nothing more. For administrators.
      """,
    positionals: [Positional(name: "SPACE", summary: "The space's name.")],
    options: [
      .value("--bytes", "SIZE", "Keys and contents together."),
      .value("--values", "N", "How many values."),
    ],
    connection: HubLocation.options,
    examples: ["holdfast space quota notes --bytes 2GiB --values 100000 --data ./hub"],
    run: { arguments, console in
      let quota = SpaceQuota(
        space: arguments.positional("SPACE") ?? "",
        bytes: UInt64(try arguments.bytes("--bytes", in: 1...Int.max) ?? 0),
        values: UInt64(try arguments.count("--values", in: 1...Int.max) ?? 0))
      let hub = try await Client.connect(arguments)
      show(try await hub.administration.setQuota(quota), on: console)
      return .done
    })
}

private func show(_ space: SpaceStatus, on console: Console) {
  let size = Quantity.describe(bytes: Int(clamping: space.bytes))
  let quota = [
    space.quota.bytes > 0 ? "up to \(Quantity.describe(bytes: Int(clamping: space.quota.bytes)))" : nil,
    space.quota.values > 0 ? "up to \(space.quota.values) values" : nil,
  ].compactMap(\.self).joined(separator: ", ")
  let words =
    [space.space, "\(space.values) values", size, "change \(space.sequence)"] + (quota.isEmpty ? [] : [quota])
  console.result(
    words.joined(separator: "\t"),
    json: [
      "space": .string(space.space), "values": .unsigned(space.values), "bytes": .unsigned(space.bytes),
      "sequence": .unsigned(space.sequence),
      "quota": [
        "bytes": space.quota.bytes > 0 ? .unsigned(space.quota.bytes) : .null,
        "values": space.quota.values > 0 ? .unsigned(space.quota.values) : .null,
      ],
    ])
}
