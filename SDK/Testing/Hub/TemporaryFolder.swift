#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A new empty folder that goes, with all in it, when the object does.
final class TemporaryFolder: Sendable {
  /// Absolute, without a slash at the end.
  let path: String

  init() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "holdfast-test-\(UUID().uuidString)")
    path = place.path
    try FileManager.default.createDirectory(
      at: place, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit {
    // What cannot be removed stays; the system clears its folder for such things.
    try? FileManager.default.removeItem(atPath: path)
  }
}
