import HoldfastContract
import HoldfastWire

extension CommandFailure {
  /// What an error that the hub's definition declares means to a person at the shell.
  init(declared error: any DeclaredError) {
    switch error {
    case let error as Conflict:
      self.init(
        .conflict,
        error.actual == 0
          ? "\(error.key) does not exist; version \(error.expected) was expected"
          : "\(error.key) has version \(error.actual), not \(error.expected)",
        hint: "Read it again, and decide anew.")
    case let error as QuotaExceeded:
      self.init(
        .failed, "the space \(error.space) is full: \(error.used) of \(error.limit) \(error.resource) are used",
        hint: "Delete what is not needed, or have an administrator raise it: holdfast space quota \(error.space) …")
    case let error as NotFound: self.init(.notFound, "there is no value \(error.key)")
    case let error as TooLarge:
      self.init(
        .failed, "the \(error.what) has \(error.size) bytes; the hub takes \(error.limit)",
        hint: error.what == "content" ? "The hub's setting --value-bytes says how large a value may be." : nil)
    case let error as Forbidden where error.need == "administrator":
      self.init(
        .refused, "this needs an admin token",
        hint: "What is set for the whole hub can be read with --space and a space that the token reads.")
    case let error as Forbidden:
      self.init(
        .refused, "the token does not allow to \(error.need) in the space \(error.space)",
        hint: "An administrator makes one that does: holdfast token create NAME --space \(error.space)"
          + (error.need == "write" ? " --write" : ""))
    case let error as CursorExpired:
      self.init(
        .failed, "the hub's log begins at change \(error.floor), after the cursor",
        hint: "List the space, then watch from now on.")
    case let error as OperationMismatch: self.init(.conflict, error.message)
    case let error as NoSuchToken: self.init(.notFound, "there is no token \(error.id)", hint: "See `token list`.")
    case is NotSealed:
      self.init(.failed, "the hub keeps what it is given as it is", hint: "Start it with `holdfast serve --seal`.")
    case let error as NotAllowed: self.init(.refused, "this needs \(error.need)")
    case let error as NoSuchFile: self.init(.notFound, "there is no file \(error.file)")
    case let error as NoSuchRun: self.init(.notFound, "there is no run \(error.run)")
    case let error as NoSuchColumn:
      self.init(
        .notFound, "the file has no column \"\(error.column)\"", hint: Self.oneOf(error.known))
    case let error as NoSuchChain:
      self.init(.notFound, "nobody has a chain \"\(error.chain)\"", hint: Self.oneOf(error.known))
    case let error as BadFile: self.init(.failed, "the file cannot be used: \(error.reason)")
    case let error as WrongOffset:
      self.init(.conflict, "somebody else uploads the file too; the hub has \(error.received) bytes")
    default: self.init(.failed, "\(error)")
    }
  }

  private static func oneOf(_ names: [String]) -> String? {
    names.isEmpty ? nil : "There are: " + names.joined(separator: ", ")
  }
}
