import HoldfastCompiler
import Testing

/// What a service becomes in Swift.
@Suite struct ServiceEmitterTests {
  static let service = """
    message Draft { }
    error Full = 1 { }
    /// Keeps notes.
    service Notes = 1007 {
      /// Stores a draft.
      call save   = 1 (Draft) -> Draft throws Full   { deadline 1500ms  priority high  request limit 1MiB }
      call find   = 2 (Draft) -> stream Draft        { idempotent }
      call upload = 3 (stream Draft) -> Draft        { deprecated "Use save." }
      call talk   = 4 (stream Draft) -> stream Draft throws Full
    }
    """

  private func body(_ kind: SwiftFileKind) -> String {
    let swift = Snippets.swift(kind, Self.service)
    let lines = swift.split(separator: "\n", omittingEmptySubsequences: false)
    let check = lines.firstIndex { $0.hasSuffix("RuntimeVersion.generation1") } ?? -2
    return lines.dropFirst(check + 2).joined(separator: "\n")
  }

  @Test func `its namespace has descriptors and failures`() {
    let swift = Snippets.swift(.messages, Self.service)
    #expect(
      swift.hasSuffix(
        """
        /// Keeps notes.
        public enum NotesMethods {
          public static let descriptor = ServiceDescriptor(
            number: 1007, name: "notes.Notes",
            methods: [
              MethodSummary(number: 1, name: "save", shape: .unary, isIdempotent: false),
              MethodSummary(number: 2, name: "find", shape: .serverStream, isIdempotent: true),
              MethodSummary(number: 3, name: "upload", shape: .clientStream, isIdempotent: false),
              MethodSummary(number: 4, name: "talk", shape: .bidirectional, isIdempotent: false),
            ])

          /// Stores a draft.
          public static let save = MethodDescriptor<Draft, Draft, SaveFailure>(
            service: 1007,
            method: 1,
            name: "notes.Notes/save",
            timeout: .milliseconds(1500),
            priority: .high,
            requestLimit: 1_048_576
          )

          public static let find = MethodDescriptor<Draft, Draft, Never>(
            service: 1007,
            method: 2,
            name: "notes.Notes/find",
            shape: .serverStream,
            isIdempotent: true
          )

          public static let upload = MethodDescriptor<Draft, Draft, Never>(
            service: 1007,
            method: 3,
            name: "notes.Notes/upload",
            shape: .clientStream
          )

          public static let talk = MethodDescriptor<Draft, Draft, TalkFailure>(
            service: 1007,
            method: 4,
            name: "notes.Notes/talk",
            shape: .bidirectional
          )

          /// What `save` throws.
          public enum SaveFailure: DeclaredFailure {
            case full(Full)

            public init?(package: String, number: UInt32, payload: UnsafeRawBufferPointer) throws(MessageDecodingError) {
              switch (package, number) {
              case (Full.package, Full.number): self = .full(try Full(decoding: payload))
              default: return nil
              }
            }

            public var error: any DeclaredError {
              switch self {
              case .full(let error): error
              }
            }
          }

          /// What `talk` throws.
          public enum TalkFailure: DeclaredFailure {
            case full(Full)

            public init?(package: String, number: UInt32, payload: UnsafeRawBufferPointer) throws(MessageDecodingError) {
              switch (package, number) {
              case (Full.package, Full.number): self = .full(try Full(decoding: payload))
              default: return nil
              }
            }

            public var error: any DeclaredError {
              switch self {
              case .full(let error): error
              }
            }
          }
        }

        """), "\(swift)")
  }

  @Test func `the client has one function for each call`() {
    #expect(
      body(.client) == """
        /// Keeps notes.
        public struct NotesClient: Sendable {
          public let client: RPCClient

          public init(_ client: RPCClient) { self.client = client }

          /// Stores a draft.
          public nonisolated(nonsending) func save(
            _ request: Draft,
            options: CallOptions = .default
          ) async throws(CallError<NotesMethods.SaveFailure>) -> Draft {
            try await client.unary(NotesMethods.save, request, options)
          }

          public func find(_ request: Draft, options: CallOptions = .default) -> ReplyStream<Draft, Never> {
            client.serverStream(NotesMethods.find, request, options)
          }

          @available(*, deprecated, message: "Use save.")
          public func upload(options: CallOptions = .default) -> UploadCall<Draft, Draft, Never> {
            client.clientStream(NotesMethods.upload, options)
          }

          public func talk(options: CallOptions = .default) -> StreamCall<Draft, Draft, NotesMethods.TalkFailure> {
            client.bidirectional(NotesMethods.talk, options)
          }
        }

        """)
  }

  @Test func `the server is a protocol that registers itself`() {
    #expect(
      body(.server) == """
        /// Keeps notes.
        public protocol NotesService: Sendable {
          /// Stores a draft.
          nonisolated(nonsending) func save(_ request: Draft, context: CallContext) async throws -> Draft

          nonisolated(nonsending) func find(_ request: Draft, replies: ReplyWriter<Draft>, context: CallContext) async throws

          /// - Warning: Deprecated. Use save.
          nonisolated(nonsending) func upload(_ requests: RequestStream<Draft>, context: CallContext) async throws -> Draft

          nonisolated(nonsending) func talk(
            _ requests: RequestStream<Draft>,
            replies: ReplyWriter<Draft>,
            context: CallContext
          ) async throws
        }

        extension NotesService {
          /// Lets `dispatcher` answer the service's calls with this implementation.
          public func register(on dispatcher: inout Dispatcher) {
            dispatcher.describe(NotesMethods.descriptor)
            dispatcher.unary(NotesMethods.save) { request, context in
              try await self.save(request, context: context)
            }
            dispatcher.serverStream(NotesMethods.find) { request, replies, context in
              try await self.find(request, replies: replies, context: context)
            }
            dispatcher.clientStream(NotesMethods.upload) { requests, context in
              try await self.upload(requests, context: context)
            }
            dispatcher.bidirectional(NotesMethods.talk) { requests, replies, context in
              try await self.talk(requests, replies: replies, context: context)
            }
          }
        }

        """)
  }

  @Test func `the fake answers by closures and remembers requests`() {
    let swift = body(.fake)
    #expect(
      swift.contains(
        """
        public final class FakeNotes: Sendable {
          private struct State {
            var saveAnswer: UnaryHandler<Draft, Draft>?
            var saveRequests: [Draft] = []
            var findAnswer: ServerStreamHandler<Draft, Draft>?
            var findRequests: [Draft] = []
            var uploadAnswer: ClientStreamHandler<Draft, Draft>?
            var uploadCalls = 0
        """))
    #expect(
      swift.contains(
        """
            dispatcher.unary(NotesMethods.save) { [state] request, context in
              let answer = state.withLock { state in
                state.saveRequests.append(request)
                return state.saveAnswer
              }
              guard let answer else {
                throw CallError<Never>(.unimplemented, "FakeNotes has no answer: call onSave")
              }
              return try await answer(request, context)
            }
        """))
  }
}
