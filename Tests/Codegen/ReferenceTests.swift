import HoldfastCompiler
import Testing

@Suite struct ReferenceTests {
  @Test func `each call has its numbers, limits, examples and errors`() throws {
    let text = """
      enum Kind { 0: none  1: long }
      message Draft {
        1: title  string
        2: kinds  [Kind]
        3: inner  Draft?
        4: size   uint32 = 7
        /// When it | is due.
        5: due    timestamp?
      }
      union Body { 1: text string  2: image bytes }
      /// The shelf is full.
      error Full = 3 { 1: limit uint32 }
      /// Keeps notes.
      service Notes = 1007 {
        /// Stores a draft.
        ///
        /// Callers: tokens that may write in the space
        call save = 1 (Draft) -> Body throws Full  { deadline 1500ms  request limit 64KiB }
        call find = 2 (Draft) -> stream Body       { idempotent  deprecated "Use save." }
      }
      """
    let reference = try #require(Snippets.inPackage(text).schema).reference()
    let expected = [
      "| [`save`](#notessave) | 1007.1 | one request, one reply | no | 1500 ms |",
      """
      ### Notes.save

      Stores a draft.

      `save(Draft) -> Body`

      - Number: 1007.1; one request, one reply
      - Who may call it: tokens that may write in the space
      - Idempotent: no; it is sent again only with its idempotency key, or when it was not begun
      - Deadline: 1500 ms
      - Request limit: 64 KiB
      - Reply limit: the connection's message limit

      Request:

      ```json
      {
        "title": "text",
        "kinds": ["long"],
        "inner": { … },
        "size": 7,
        "due": "2026-01-31T12:00:00Z"
      }
      ```

      Reply:

      ```json
      {
        "text": "text"
      }
      ```

      | error | number | when |
      |---|---|---|
      | [`Full`](#notesfull) | notes 3 | The shelf is full. |
      """,
      "**Deprecated.** Use save.", "Each reply:", "- Who may call it: every authenticated client",
      "| 4 | `size` | `uint32`, 7 when absent |  |", "| 5 | `due` | `timestamp`, optional | When it \\| is due. |",
      "| 1 | `long` |  |", "| 14 | `unavailable` | The server cannot be reached or takes no calls now; try again. |",
    ]
    for part in expected { #expect(reference.contains(part), "\(part)\n\nis not in\n\n\(reference)") }
  }
}
