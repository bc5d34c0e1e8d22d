import HoldfastServer
import HoldfastStore
import TestSupport
import Testing

struct `A hub's directory` {
  private let parent: TemporaryDirectory

  init() throws { parent = try TemporaryDirectory() }

  private func refusal(_ path: String) -> String? {
    let error = #expect(throws: HubDirectoryError.self) { try HubDirectory(path: path).prepare() }
    return error?.description
  }

  @Test func `it is made for its owner alone, with all above it`() throws {
    let directory = HubDirectory(path: parent.path("a/b/"))
    try directory.prepare()
    try directory.prepare()
    for path in [parent.path("a"), directory.path, directory.tls] {
      #expect(try LocalFile.status(of: path)?.isDirectory == true)
      #expect(try LocalFile.status(of: path)?.mode == 0o700)
    }
  }

  @Test func `a directory that others can reach is refused, with the command that mends it`() throws {
    try LocalFile.makeDirectory(parent.path("open"), mode: 0o755)
    #expect(refusal(parent.path("open"))?.contains("chmod 700 \(parent.path("open"))") == true)
  }

  @Test func `a directory that cannot be written is refused as read-only`() throws {
    try LocalFile.makeDirectory(parent.path("closed"), mode: 0o500)
    #expect(refusal(parent.path("closed"))?.contains("is read-only") == true)
  }

  @Test func `a file in its place is refused`() throws {
    try parent.write("", to: "file", mode: 0o700)
    #expect(refusal(parent.path("file")) == "\(parent.path("file")) is not a directory.")
    #expect(refusal(parent.path("file/below"))?.contains("cannot") == true)
  }

  @Test func `the address is replaced as a whole`() throws {
    let directory = HubDirectory(path: parent.path("hub"))
    try directory.prepare()
    try directory.write(address: "127.0.0.1:1")
    try directory.write(address: "127.0.0.1:2")
    #expect(try LocalFile.readText(directory.address) == "127.0.0.1:2")
    #expect(try LocalFile.status(of: directory.address + ".new") == nil)
  }
}

struct `Small files` {
  @Test func `a secret is written for its owner alone`() throws {
    let directory = try TemporaryDirectory()
    try LocalFile.replace(directory.path("key"), with: [1, 2, 3], mode: 0o600)
    #expect(try LocalFile.read(directory.path("key")) == [1, 2, 3])
    #expect(try LocalFile.status(of: directory.path("key"))?.mode == 0o600)
  }

  @Test func `a file over the limit is refused`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("12345", to: "file")
    #expect(throws: FileError.self) { try LocalFile.read(path, limit: 4) }
    #expect(try LocalFile.read(path, limit: 5).count == 5)
  }

  @Test func `white space around a text goes`() throws {
    let directory = try TemporaryDirectory()
    #expect(try LocalFile.readText(try directory.write(" \n a b\n\n", to: "file")) == "a b")
    #expect(try LocalFile.readText(try directory.write(" \n", to: "blank")) == "")
  }
}
