/// What can be done about a failure, and by whom. Open: more may come, so compare with `==` and keep a default.
public struct Remedy: Sendable, Hashable, CustomStringConvertible {
  /// The one who can do it.
  public enum Party: Sendable, Hashable {
    /// Nobody has to: it is tried again by itself, and goes well once what was in the way is gone.
    case nobody
    /// Whoever uses the program.
    case user
    /// Whoever made the program, or runs the hub.
    case maker
  }

  /// What programs know it by.
  public let name: String
  public let party: Party
  /// What to do, for a person.
  public let description: String

  private init(_ name: String, _ party: Party, _ description: String) {
    (self.name, self.party, self.description) = (name, party, description)
  }

  public static let wait = Remedy("wait", .nobody, "it is tried again by itself")
  public static let signIn = Remedy("sign_in", .user, "give the program a fresh credential")
  public static let askForAccess = Remedy("ask_for_access", .user, "ask whoever runs the hub for the right to do this")
  public static let updateProgram = Remedy("update_program", .user, "use a newer version of the program")
  public static let checkHub = Remedy("check_hub", .user, "check the hub's address and the certificate it is known by")
  public static let freeSpace = Remedy("free_space", .user, "free some space on the disk")
  public static let allowWriting = Remedy("allow_writing", .user, "let the program write the file and its directory")
  public static let endOtherProgram = Remedy("end_other_program", .user, "end the other program that holds the file")
  public static let checkFile = Remedy("check_file", .user, "check that the file and its disk can be read and written")
  public static let replaceFile = Remedy(
    "replace_file", .user, "take what waits out of the file, move it away, and begin with a new one")
  public static let decide = Remedy("decide", .user, "decide about what is parked")
  public static let changeRequest = Remedy("change_request", .user, "ask for something else")
  public static let report = Remedy("report", .maker, "tell whoever made the program or runs the hub")

  private static let all = [
    wait, signIn, askForAccess, updateProgram, checkHub, freeSpace, allowWriting, endOtherProgram, checkFile,
    replaceFile, decide, changeRequest, report,
  ]

  /// The one of that name; a newer program may have given others.
  init(named name: String) { self = Self.all.first { $0.name == name } ?? .report }
}
