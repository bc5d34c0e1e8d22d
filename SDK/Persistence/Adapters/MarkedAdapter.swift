/// An adapter that can tell at next to no cost whether something was written in its place, by whomever.
protocol MarkedAdapter: StorageAdapter {
  /// Another one after each write, but for writes so soon after each other that the file system has one time for both. Nil
  /// where it cannot be told.
  var mark: WriteTime? { get }
}
