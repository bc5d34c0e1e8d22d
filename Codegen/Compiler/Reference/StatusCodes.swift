/// The status codes that any call may end with.
enum StatusCodes {
  static let section: [String] =
    [
      "## Status codes", "", "Any call may also end with one of these.", "", "| code | name | meaning |",
      "|---|---|---|",
    ]
    + codes.enumerated().map { "| \($0.offset) | `\($0.element.name)` | \($0.element.meaning) |" } + [""]

  private static let codes: [(name: String, meaning: String)] = [
    ("ok", "The call succeeded."),
    ("cancelled", "The caller cancelled it."),
    ("unknown", "Something failed that has no better code."),
    ("invalid_argument", "The request makes no sense, whatever the state."),
    ("deadline_exceeded", "The time that the caller gave ran out."),
    ("not_found", "What the request names does not exist."),
    ("already_exists", "What the request would make exists."),
    ("permission_denied", "The credential does not allow it."),
    ("resource_exhausted", "A quota, a rate or a limit is reached."),
    ("failed_precondition", "The state does not allow it; a declared error says more."),
    ("aborted", "It lost against another call; try it again from the start."),
    ("out_of_range", "A position is beyond the end."),
    ("unimplemented", "The server has no such call."),
    ("internal", "The server broke a rule of its own."),
    ("unavailable", "The server cannot be reached or takes no calls now; try again."),
    ("data_loss", "Data is damaged."),
    ("unauthenticated", "There is no valid credential."),
  ]
}
