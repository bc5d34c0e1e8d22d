import HoldfastContract
import HoldfastSDK
import HoldfastWire

extension Command {
  static let describe = Command(
    name: "describe",
    summary: "Tells what a running hub is: version, services, limits.",
    options: [.flag("--calls", "Every call of every service too.")],
    connection: HubLocation.options,
    examples: ["holdfast describe --data ./hub", "holdfast describe --calls --data ./hub"],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      let reply = try await hub.administration.describe(DescribeRequest())
      console.result(text(reply, withCalls: arguments.has("--calls")), json: json(reply))
      return .done
    })
}

private func text(_ hub: DescribeReply, withCalls: Bool) -> String {
  var lines = [
    "holdfast \(hub.version), \(hub.protocol) minor \(hub.minor), since \(hub.started.text)",
    "",
    "limits",
    "  calls at once      \(hub.streams)",
    "  message            \(size(UInt64(hub.messageBytes)))",
    "  stream credit      \(size(UInt64(hub.streamCredit)))",
    "  connection credit  \(size(UInt64(hub.connectionCredit)))",
    "  value              \(size(hub.valueBytes))",
    "  key                \(size(UInt64(hub.keyBytes)))",
    "",
  ]
  if let load = hub.load {
    lines += [
      "load",
      "  connections        \(load.connections)",
      "  calls              \(load.calls)",
      "  kept connections   \(load.kept)",
      "  replicas let in    \(load.admission.admitted) of \(load.admission.capacity), \(load.admission.waiting) wait",
      "  the most so far    \(load.admission.mostAdmitted), and \(load.admission.mostWaiting) waited",
      "",
    ]
  }
  lines.append("services")
  for service in hub.services {
    lines.append("  \(service.number)  \(service.name), \(service.calls.count) calls")
    guard withCalls else { continue }
    for call in service.calls {
      let notes = [call.shape == .unary ? nil : "\(call.shape)", call.idempotent ? "idempotent" : nil].compactMap(
        \.self)
      lines.append(
        "       \(call.number)  \(call.name)" + (notes.isEmpty ? "" : "  (\(notes.joined(separator: ", ")))"))
    }
  }
  return lines.joined(separator: "\n")
}

private func size(_ bytes: UInt64) -> String { Quantity.describe(bytes: Int(clamping: bytes)) }

private func json(_ load: HubLoad) -> JSON {
  [
    "connections": .unsigned(UInt64(load.connections)), "calls": .unsigned(UInt64(load.calls)),
    "kept": .unsigned(UInt64(load.kept)), "admission": json(load.admission),
  ]
}

private func json(_ load: AdmissionLoad) -> JSON {
  [
    "capacity": .unsigned(UInt64(load.capacity)), "admitted": .unsigned(UInt64(load.admitted)),
    "waiting": .unsigned(UInt64(load.waiting)), "most_admitted": .unsigned(UInt64(load.mostAdmitted)),
    "most_waiting": .unsigned(UInt64(load.mostWaiting)), "let_in": .unsigned(load.letIn),
    "sent_away": .unsigned(load.sentAway),
  ]
}

private func json(_ hub: DescribeReply) -> JSON {
  [
    "version": .string(hub.version), "protocol": .string(hub.protocol), "minor": .unsigned(UInt64(hub.minor)),
    "started": .string(hub.started.text),
    "limits": [
      "streams": .unsigned(UInt64(hub.streams)), "message_bytes": .unsigned(UInt64(hub.messageBytes)),
      "stream_credit": .unsigned(UInt64(hub.streamCredit)),
      "connection_credit": .unsigned(UInt64(hub.connectionCredit)), "value_bytes": .unsigned(hub.valueBytes),
      "key_bytes": .unsigned(UInt64(hub.keyBytes)),
    ],
    "load": hub.load.map(json) ?? .null,
    "services": .array(
      hub.services.map { service in
        [
          "number": .unsigned(UInt64(service.number)), "name": .string(service.name),
          "calls": .array(
            service.calls.map { call in
              [
                "number": .unsigned(UInt64(call.number)), "name": .string(call.name),
                "shape": .string(call.shape.description), "idempotent": .bool(call.idempotent),
              ]
            }),
        ]
      }),
  ]
}
