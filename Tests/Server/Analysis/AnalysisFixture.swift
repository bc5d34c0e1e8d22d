import FoundationEssentials
import HoldfastContract
import HoldfastCrypto
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastTesting
import HoldfastWire
import TestSupport

@testable import HoldfastServer

/// A hub's files with a clock that stands still until it is moved, and clients in the same process.
final class AnalysisFixture: Sendable {
  let hub: PersistenceFixture
  let calls: AnalysisCalls

  /// - Parameter place: where its data are; a place of its own unless given.
  init(
    _ settings: AnalysisSettings = AnalysisSettings(), sealed: Bool = false, in place: TemporaryDirectory? = nil,
    _ change: (inout PersistenceSettings) -> Void = { _ in }
  ) async throws {
    hub = try await PersistenceFixture(sealed: sealed, in: place, change)
    calls = AnalysisCalls(beside: hub.calls, settings)
  }

  func client(_ name: String = "tester", scope: Scope = .everything) -> AnalysisClient {
    AnalysisClient(calls.rpcClient(name, scope: scope))
  }

  /// How much of the space's quota is used.
  func used(_ space: String = "notes") async throws -> SpaceStatus {
    try await hub.calls.listSpaces().first { $0.space == space } ?? SpaceStatus()
  }

  /// Chunks of files that are there, whether somebody can find them or not.
  func chunks() async throws -> Int64 {
    try await hub.store.scan { try $0.first("SELECT count(*) FROM analysis_chunk") { $0.integer(0) } ?? 0 }
  }
}

extension AnalysisCalls {
  /// Serves what the tests call.
  func dispatcher() -> Dispatcher {
    var dispatcher = Dispatcher()
    register(on: &dispatcher)
    return dispatcher
  }

  /// A client in this process.
  func rpcClient(_ name: String = "tester", scope: Scope = .everything) -> RPCClient {
    RPCClient.inProcess(dispatcher(), authenticator: Everyone(principal: HubPrincipal(name, scope: scope)))
  }

  /// The whole content of a file of the space `notes`.
  func bytes(of file: UUID) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    try await files.content(of: file, in: "notes").forEachPiece { bytes += $0 }
    return bytes
  }
}

/// A file as its client has it.
struct TestFile {
  var head: UploadHead
  let content: [UInt8]

  init(_ content: [UInt8], name: String = "people.csv") {
    self.content = content
    head = UploadHead(
      file: UUID(), space: "notes", name: name, size: UInt64(content.count), checksum: SHA256.hash(content))
  }

  /// Of bytes that come from a seed.
  init(bytes count: Int, seed: UInt64 = 1) {
    var random = SeededGenerator(seed: seed)
    self.init((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
  }

  var request: FileRequest { FileRequest(space: head.space, file: head.file) }
}

extension AnalysisClient {
  typealias ProfileFailure = CallError<AnalysisMethods.ProfileFailure>

  /// All answers to a question for a file's profile.
  func profiles(
    _ file: TestFile, exact: Bool = true, dialect: FileDialect = FileDialect()
  ) async throws(ProfileFailure) -> [ProfiledFile] {
    let request = ProfileRequest(space: file.head.space, file: file.head.file, dialect: dialect, exact: exact)
    var answers: [ProfiledFile] = []
    for try await answer in profile(request) { answers.append(answer) }
    return answers
  }

  typealias UploadFailure = CallError<AnalysisMethods.UploadFailure>

  /// Uploads what is missing of a file.
  @discardableResult
  func upload(
    _ file: TestFile, from offset: Int = 0, upTo end: Int? = nil, pieceBytes: Int = 100_000
  ) async throws(UploadFailure) -> FileStatus {
    var head = file.head
    head.offset = UInt64(offset)
    let call = upload()
    try await call.send(FilePiece(head: head))
    for start in stride(from: offset, to: end ?? file.content.count, by: pieceBytes) {
      let piece = file.content[start..<min(start + pieceBytes, end ?? file.content.count)]
      try await call.send(FilePiece(content: Array(piece)))
    }
    return try await call.finish()
  }

  /// Uploads what is missing of a file, wherever the hub says that this begins.
  @discardableResult
  func uploadRest(_ file: TestFile, from offset: Int = 0) async throws(UploadFailure) -> FileStatus {
    var offset = offset
    while true {
      do throws(UploadFailure) {
        return try await upload(file, from: offset)
      } catch {
        guard case .wrongOffset(let wrong) = error.declared else { throw error }
        offset = Int(wrong.received)
      }
    }
  }

  /// Begins or goes on with an upload, and breaks it off when so many bytes have been sent.
  func breakOff(_ file: TestFile, from offset: Int, after count: Int, pieceBytes: Int) async throws(UploadFailure) {
    var head = file.head
    head.offset = UInt64(offset)
    let call = upload()
    defer { call.cancel() }
    try await call.send(FilePiece(head: head))
    let end = min(offset + count, file.content.count)
    for start in stride(from: offset, to: end, by: pieceBytes) {
      try await call.send(FilePiece(content: Array(file.content[start..<min(start + pieceBytes, end)])))
    }
  }
}
