import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Arguments {
  /// Where a master key is to be had, as an option says; nil where it says nothing.
  func masterSecret(_ option: String) throws(UsageError) -> MasterSecret? {
    guard let text = self[option] else { return nil }
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    if parts.count == 2 {
      switch parts[0] {
      case "file": return .file(parts[1])
      case "env": return .environment(parts[1])
      case "credential": return .systemdCredential(parts[1])
      case "passphrase-env":
        guard let passphrase = getenv(parts[1]).map({ String(cString: $0) }), !passphrase.isEmpty else {
          throw UsageError(message: "the environment has no passphrase in \(parts[1])")
        }
        return .passphrase(passphrase)
      default: break
      }
    }
    throw UsageError(
      message: "\(name(of: option)) takes file:PATH, env:NAME, credential:NAME or passphrase-env:NAME, not "
        + "\"\(text)\"")
  }
}
