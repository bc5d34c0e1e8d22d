import HoldfastContract
import HoldfastRPC
import HoldfastSDK

/// The README's first program. `ReadmeTests` compares the texts and runs it.
func readmeProgram(address: String, token: String, data: String, folder: String) async throws {
  let hub = try await Hub.connect(to: address, token: token, trust: .certificateAuthority(.file("\(data)/tls/ca.pem")))

  let first = try await hub.persistence.put(PutRequest(space: "notes", key: "milk", content: Array("two litres".utf8)))
  let note = try await hub.persistence.get(GetRequest(space: "notes", key: "milk")).value
  print(first.version, String(decoding: note?.content ?? [], as: UTF8.self))

  do {
    _ = try await hub.persistence.put(PutRequest(space: "notes", key: "milk", content: [], expected: 0))
  } catch {
    if case .conflict(let conflict) = error.declared { print("somebody else wrote version \(conflict.actual)") }
  }

  let cheese = hub.client.begin(PersistenceMethods.get, GetRequest(space: "notes", key: "cheese"))
  let bread = hub.client.begin(PersistenceMethods.get, GetRequest(space: "notes", key: "bread"))
  print(try await cheese.reply.value == nil, try await bread.reply.value == nil)

  for try await change in hub.persistence.changes(WatchRequest(space: "notes", fromStart: true)) {
    print(change.sequence, change.kind, change.key)
    if change.kind == .caughtUp { break }
  }

  let settings = Persistence(try FileAdapter(directory: folder, client: "editor"))
  try await settings.save(["theme": "dark", "font": "serif"], as: "look")
  print(try await settings.load([String: String].self, "look") ?? [:])

  try await settings.transaction { keys in
    let starts = try await keys.load(Int.self, "starts") ?? 0
    try keys.save(starts + 1, as: "starts")
  }
}
