/// Where the sources of this package are.
public enum Repository {
  /// The absolute path of the package's top folder, without a slash at the end.
  public static let root: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  /// The absolute path of something inside the package.
  public static func path(_ relative: String) -> String {
    root + "/" + relative
  }
}
