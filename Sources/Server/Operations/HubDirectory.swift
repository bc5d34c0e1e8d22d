import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The directory that holds everything of one hub: its data, its keys, and what clients on this machine need to reach it.
///
/// ```
/// DIR/                 0700
///   holdfast.sqlite    the data, with SQLite's own files beside it
///   history            how far the data had come, by which the hub knows one that comes out of a backup
///   lock               held by the hub that runs
///   tls/ca.pem         the development authority that clients trust
///   tls/ca.key         0600
///   tls/server.pem     the hub's certificate; HUP reads it again
///   tls/server.key     0600
///   admin.token        0600, the first token, which may do everything
///   address            HOST:PORT of the hub that runs, or ran last
///   audit/signing.key  0600, signs how far the log has come
///   audit/heads        what is signed: the newest of each space
///   audit/breaks       what the hub found missing that it had signed
///   keys.sqlite        0600, the keys by which the data are sealed, sealed themselves by the master key
///   master.key         0600, the master key, unless it comes from elsewhere
/// ```
package struct HubDirectory: Sendable, Hashable {
  /// Without a slash at the end.
  package let path: String

  package var tls: String { path + "/tls" }
  package var authority: String { tls + "/ca.pem" }
  package var authorityKey: String { tls + "/ca.key" }
  package var certificate: String { tls + "/server.pem" }
  package var key: String { tls + "/server.key" }
  package var adminToken: String { path + "/admin.token" }
  package var address: String { path + "/address" }
  package var database: String { path + "/holdfast.sqlite" }
  package var keys: String { path + "/keys.sqlite" }
  package var masterKey: String { path + "/master.key" }
  var audit: String { path + "/audit" }

  /// Names a directory, without looking at it.
  package init(path: String) {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    self.path = String(path)
  }

  /// Makes the directory if it does not exist, with all above it, and checks that it is fit to hold keys and data.
  ///
  /// - Throws: `HubDirectoryError` that says what is wrong with it and what to do.
  package func prepare() throws(HubDirectoryError) {
    do {
      try makeDirectories(path)
      try check()
      if try LocalFile.status(of: tls) == nil { try LocalFile.makeDirectory(tls, mode: 0o700) }
    } catch let error as FileError {
      throw HubDirectoryError(error.description + ". Choose another --data directory, or give this user access to it.")
    } catch let error as HubDirectoryError {
      throw error
    } catch {
      throw HubDirectoryError("\(error)")
    }
  }

  /// Notes where the hub listens, for clients on this machine.
  package func write(address text: String) throws(HubDirectoryError) {
    do {
      try LocalFile.replace(address, with: (text + "\n").utf8, mode: 0o644)
    } catch {
      throw HubDirectoryError(error.description)
    }
  }

  private func makeDirectories(_ path: String) throws(FileError) {
    if path.isEmpty { return }
    if try LocalFile.status(of: path) != nil { return }
    if let end = path.lastIndex(of: "/") { try makeDirectories(String(path[..<end])) }
    try LocalFile.makeDirectory(path, mode: 0o700)
  }

  /// The owner and the mode are what keeps other users of the machine from the keys.
  private func check() throws {
    guard let status = try LocalFile.status(of: path) else { return }
    guard status.isDirectory else { throw HubDirectoryError("\(path) is not a directory.") }
    guard status.owner == geteuid() else {
      throw HubDirectoryError(
        "\(path) belongs to user \(status.owner), and this is user \(geteuid()). Run the hub as its owner.")
    }
    guard status.mode & 0o077 == 0 else {
      throw HubDirectoryError("Other users can reach \(path), which will hold keys. Run: chmod 700 \(path)")
    }
    guard status.mode & 0o700 == 0o700, access(path, R_OK | W_OK | X_OK) == 0 else {
      throw HubDirectoryError("\(path) is read-only. Run: chmod 700 \(path), or choose another --data directory.")
    }
  }
}

/// Why a directory cannot be a hub's.
package struct HubDirectoryError: Error, Hashable, CustomStringConvertible {
  /// What is wrong and what to do.
  package let description: String

  init(_ description: String) { self.description = description }
}
