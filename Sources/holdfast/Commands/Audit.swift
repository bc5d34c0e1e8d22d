import HoldfastCrypto
import HoldfastServer

extension Command {
  static let auditVerify = Command(
    name: "audit verify",
    summary: "Checks that nobody has changed what a hub has written.",
    details: """
      Reads a hub's data directory, needs no hub, and changes nothing; a hub may be at work there. Each change in the log
      has to follow from the one before it, each log has to reach as far as the hub has signed, and each value has to be
      the one that the log says was written. What was altered, taken out, or is missing at the end is listed with its space
      and change, and the exit code is 1.

      The hub signs the ends of its logs every minute and when it stops. Who could write to the whole directory could also
      sign anew: note the verifying key elsewhere, and give it as --key.

      When a backup has been put back, that is listed for ever; remove audit/breaks in the data directory once it is
      explained.
      """,
    options: [
      .value("--data", "DIR", "The hub's data directory.\nEnvironment: HOLDFAST_DATA."),
      .value("--key", "HEX", "The verifying key, as an earlier run has told it."),
    ],
    examples: ["holdfast audit verify --data ./hub", "holdfast audit verify --json --data ./hub"],
    run: { arguments, console in
      guard let path = arguments["--data"] ?? Program.environment("HOLDFAST_DATA") else {
        throw UsageError(message: "audit verify: which data directory?", hint: "Give --data DIR.")
      }
      let key = try arguments["--key"].map(verifyingKey)
      let bar = ProgressBar("log", on: console) { "\($0) changes" }
      let report: AuditTrail.Report
      do {
        report = try AuditTrail(of: HubDirectory(path: path)).verify(key: key) { bar.update(done: $0, of: $1) }
      } catch {
        bar.end()
        throw CommandFailure(.failed, "\(error)")
      }
      bar.end()
      show(report, on: console)
      return report.findings.isEmpty ? .done : .failed
    })
}

private func verifyingKey(_ text: String) throws -> VerifyingKey {
  guard let bytes = bytes(hex: text), let key = try? VerifyingKey(bytes) else {
    throw UsageError(
      message: "audit verify: a key is \(2 * VerifyingKey.size) hexadecimal digits, not \"\(text)\"",
      hint: "An earlier run has told it.")
  }
  return key
}

private func show(_ report: AuditTrail.Report, on console: Console) {
  let key = report.key.map { hex($0.bytes) }
  let verdict = report.findings.isEmpty ? "Everything is as it was written." : "Not everything is as it was written."
  let lines = report.findings.map { finding in
    let place = [
      finding.space.isEmpty ? nil : "space \(finding.space)", finding.sequence.map { "change \($0)" },
      finding.key.map { "key \(String(decoding: $0, as: UTF8.self))" }, finding.who.map { "by \($0)" },
      finding.at.map(\.text),
    ].compactMap(\.self).joined(separator: ", ")
    return (place.isEmpty ? "" : place + ": ") + finding.problem
  }
  console.result(
    (lines + (report.hasMore ? ["and more of the kind"] : []) + [
      verdict,
      "  spaces   \(report.spaces), of which \(report.heads) reach as far as was signed",
      "  changes  \(report.changes)",
      "  values   \(report.values)",
      "  key      \(key ?? "none")",
    ]).joined(separator: "\n"),
    json: [
      "intact": .bool(report.findings.isEmpty), "spaces": .integer(report.spaces), "heads": .integer(report.heads),
      "changes": .integer(report.changes), "values": .integer(report.values), "key": key.map { .string($0) } ?? .null,
      "has_more": .bool(report.hasMore),
      "findings": .array(
        report.findings.map { finding in
          [
            "space": .string(finding.space), "change": finding.sequence.map { .integer(Int($0)) } ?? .null,
            "key": finding.key.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null,
            "who": finding.who.map { .string($0) } ?? .null, "at": finding.at.map { .string($0.text) } ?? .null,
            "problem": .string(finding.problem),
          ]
        }),
    ])
}
