import HoldfastRPC
import HoldfastSDK
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Something is not as it should be; the program fails with it.
struct NotSo: Error {
  let what: String
}

func check(_ isTrue: Bool, _ what: String) throws {
  if !isTrue { throw NotSo(what: what) }
}

// The real service, over the in-process transport, in all four shapes of call.
var dispatcher = Dispatcher()
Notebook().register(on: &dispatcher)
let notes = NotesClient(RPCClient.inProcess(dispatcher))

var first = Note(title: "Milk", tags: ["shop"], body: .text("two litres"))
first.origin = Origin(author: "ada")
try check(first.urgency == .later && !first.hasUrgency, "a default is there without being set")
try await check(notes.save(first).count == 1, "the first note is stored")

let upload = notes.fill()
try await upload.send(Note(title: "Bread", tags: ["shop"], urgency: .now))
try await upload.send(Note(title: "Call home", body: .lines(Lines(lines: ["mother", "father"]))))
try await check(upload.finish().count == 3, "a stream of notes is stored")

var found: [String] = []
for try await note in notes.find(Query(tag: "shop")) { found.append(note.title) }
try check(found == ["Milk", "Bread"], "notes are found by tag")

let talk = notes.consult()
try await talk.send(Query(tag: "shop"))
try await talk.finish()
var consulted: [Note] = []
for try await note in talk.replies { consulted.append(note) }
try check(consulted.first == first && consulted.count == 2, "a note comes back as it was sent")

do {
  _ = try await notes.save(Note(title: "One too many"))
  throw NotSo(what: "a full notebook refuses")
} catch let error as CallError<NotesMethods.SaveFailure> {
  try check(error.declared == .full(Full(limit: 3)), "the refusal is typed")
}

// A fake: set what it answers, look at what it was asked.
let fake = FakeNotes()
fake.onSave { note, _ in Receipt(count: 42) }
let faked = fake.client()
try await check(faked.save(first).count == 42, "the fake answers")
try check(fake.saveRequests == [first], "the fake remembers")
do {
  for try await _ in faked.find(Query()) {}
  throw NotSo(what: "a call without an answer fails")
} catch let error as CallError<Never> {
  try check(error.status == .unimplemented, "and says that it has none")
}
// A replica: its pages are at hand without a network, and what is done to them waits for the hub.
let folder = FileManager.default.temporaryDirectory.appending(path: "notebook-\(UUID())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
let file = folder.appending(path: "pages.replica").path
let replica = try await Replica.open(file: file, space: "pages", entities: [Page.self])
let page = Page(id: .timeOrdered(), text: "A draft")
try await replica.pages.create(page)
try await replica.pages.update(page.id) { page in
  page.reads += 1
  page.tags.insert("new")
}
try await check(
  replica.pages.get(page.id) == Page(id: page.id, text: "A draft", reads: 1, tags: ["new"]), "a page is there at once")
await replica.close()
try FileManager.default.removeItem(at: folder)

// Everything there is comes back from its bytes as it was.
var names = Names(size: 1, writer: "w", reader: [1], tag: [1, 2], default: true, class: "c")
names.muchLaterThanAllOthersAndLongerThanFieldsWantToBe = ["a": Names.Inner(inner: [Names.Inner(kind: .case)])]
names.last = .max
let scalars = Scalars(
  aBool: true, anInt32: .min, anInt64: .max, aUint32: .max, aUint64: .max, aSint32: .min, aSint64: .min, aFixed32: 1,
  aFixed64: 2, aSfixed32: -3, aSfixed64: -4, aFloat: 0.5, aDouble: -.infinity, aString: "é", someBytes: [0, 255],
  aTime: Timestamp(seconds: -1, nanoseconds: 5), aWhile: .milliseconds(-1500), aColour: Colour(rawValue: 99),
  names: names)
let tree = Tree(left: Tree(leaf: .leaf(.tree(Tree()))), link: Chain(tree: Tree(right: Tree())), leaf: .count(0))
let many = Many(
  bools: [true, false], sints: [-1], strings: ["", "x"], colours: [.red, .default], scalars: [scalars],
  numbers: [-1, 300], words: ["b", "a"], shades: [.blueGreen], byName: ["x": scalars], byNumber: [-5: "five"],
  byFlag: [true: .red], whiles: ["w": .seconds(1)])
let optionals = Optionals(aBool: false, aString: "", aColour: Colour.none, scalars: Scalars())
try check(try Scalars(decoding: scalars.encoded()) == scalars, "scalars")
try check(try Tree(decoding: tree.encoded()) == tree, "a tree")
try check(try Many(decoding: many.encoded()) == many, "lists, sets and maps")
try check(try Optionals(decoding: optionals.encoded()) == optionals, "optionals")
try check(Optionals(aBool: false) != Optionals(), "absent and zero differ")
try check(
  Defaults().anInt64 == .min && Defaults().aString == "say \"hi\"\n\\" && Defaults().encoded().isEmpty, "defaults")

print("the notebook works")
