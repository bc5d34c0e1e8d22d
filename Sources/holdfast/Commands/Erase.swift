import HoldfastContract
import HoldfastSDK

extension Command {
  static let erase = Command(
    name: "erase",
    summary: "Erases all that a space has of a subject, for ever.",
    details: """
      Values that were put with --subject NAME go, and the context of the user of that name; entities stay. Where the hub seals, the
      subject's keys are destroyed, so that copies of the data cannot be read either. The trail of changes says that the
      values were erased, and still verifies; the names of their keys stay in it until it is cut, so leave names of people
      out of keys. Of a hub that does not seal, hashes of contents stay there as well, and backups have it all.
      For administrators.
      """,
    options: [
      .space,
      .value("--subject", "NAME", "Who is to be erased."),
      .flag("--yes", "Do it. Without this, it is only said what would be done."),
    ],
    connection: HubLocation.options,
    examples: ["holdfast erase --space notes --subject ann --yes --data ./hub"],
    run: { arguments, console in
      guard let subject = arguments["--subject"], !subject.isEmpty else {
        throw UsageError(message: "erase: whom?", hint: "Give --subject NAME.")
      }
      guard arguments.has("--yes") else {
        throw UsageError(
          message: "erase: all that the space \(arguments.space) has of \(subject) would be gone for ever",
          hint: "Add --yes to do it.")
      }
      let hub = try await Client.connect(arguments)
      let reply = try await hub.administration.eraseSubject(
        EraseSubjectRequest(space: arguments.space, subject: subject))
      console.result(
        "erased: \(reply.values) values, \(reply.context) of context; \(reply.keys) keys destroyed",
        json: ["values": .unsigned(reply.values), "context": .unsigned(reply.context), "keys": .unsigned(reply.keys)])
      return .done
    })
}
