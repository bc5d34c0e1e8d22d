extension ContextError {
  /// What a place on this device said.
  init(storage error: StorageError, _ key: String?, _ provider: String) {
    let (code, message): (Code, String) =
      switch error.code {
      case .damaged, .undecodable: (.corruption, "what is stored is damaged; set it anew, or put back a copy")
      case .invalidKey: (.invalidKey, "the place does not take the name")
      case .unencodable, .tooLarge: (.invalidValue, "the place does not take the value")
      case .cancelled: (.cancelled, "the caller gave up")
      case .full: (.persistence, "nothing was stored: free some space on the disk")
      case .notPermitted: (.persistence, "the file cannot be written: give this user the right to, or another file")
      case .wrongKey:
        (.persistence, "the values are sealed by another master key: give the one that they were set with")
      case .outdated: (.persistence, "what is stored is of an earlier version: migrate it first")
      case .newerVersion: (.persistence, "what is stored is of a later version: use the program that has written it")
      case .migrationFailed: (.persistence, "what is stored cannot be brought to this version, and is as it was")
      case .conflict: (.persistence, "others change it all the time: try again")
      default: (.persistence, "what is stored cannot be reached: check the file and its disk")
      }
    self.init(
      code, message, key: key, provider: provider, causes: [error],
      isPassing: error.isPassing || error.code == .conflict)
  }
}
