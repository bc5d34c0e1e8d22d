import HoldfastContract
import HoldfastSDK

extension Command {
  static let erase = Command(
    name: "erase",
    summary: "Erases all that a space has of a subject, for ever.",
    details: """
      Values that were put with --subject NAME go, the context of the user of that name, the entities whose type says
      that they are about NAME (`subject by FIELD`), and, of each --entities TYPE.FIELD, those whose field is NAME:
      devices that have them let them go, and what was queued for them comes to nothing. Where the hub seals, the
      subject's keys are destroyed, so that copies of all that cannot be read either; but entities that only --entities
      names are sealed by the space's key, which stays, and backups have them. The trail of changes says what was
      erased, and still verifies; the keys of values and entities stay in it until it is cut, so leave names of
      people out of keys. Of a hub that does not seal, hashes of contents stay there as well, and backups have it all.
      For administrators.
      """,
    options: [
      .space,
      .value("--subject", "NAME", "Who is to be erased."),
      .list("--entities", "TYPE.FIELD", "A field of an entity type, a text or a uuid; may be given again."),
      .flag("--yes", "Do it. Without this, it is only said what would be done."),
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast erase --space notes --subject ann --entities note.author --yes --data ./hub",
      "holdfast erase --space notes --subject ann --yes --data ./hub",
    ],
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
        EraseSubjectRequest(space: arguments.space, subject: subject, entities: try fields(arguments)))
      console.result(
        "erased: \(reply.values) values, \(reply.context) of context, \(reply.entities) entities; \(reply.keys) keys destroyed",
        json: [
          "values": .unsigned(reply.values), "context": .unsigned(reply.context),
          "entities": .unsigned(reply.entities), "keys": .unsigned(reply.keys),
        ])
      return .done
    })
}

private func fields(_ arguments: Arguments) throws(UsageError) -> [SubjectField] {
  var fields: [SubjectField] = []
  for word in arguments.list("--entities") {
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw UsageError(message: "erase: \"\(word)\" is no TYPE.FIELD, such as note.author")
    }
    fields.append(SubjectField(type: String(parts[0]), field: String(parts[1])))
  }
  return fields
}
