import HoldfastRPC
import HoldfastSDK
import HoldfastServer
import HoldfastStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A hub that a benchmark starts for itself, in a process of its own.
final class BenchHub {
  let address: String
  let adminToken: String
  private let process: ChildProcess
  private let tls: TLSClientContext

  /// Returns once it listens.
  init(folder: String, listen: String) throws {
    let directory = HubDirectory(path: folder)
    process = try ChildProcess(["serve", "--data", folder, "--listen", listen, "--json"])
    guard process.readLine() != nil else {
      throw CommandFailure(.failed, "the hub did not start (it ended with \(process.wait()))")
    }
    address = try LocalFile.readText(directory.address)
    adminToken = try LocalFile.readText(directory.adminToken)
    tls = try TLSClientContext(TLSClientConfiguration(trust: .certificateAuthority(.file(directory.authority))))
  }

  deinit { stop() }

  /// A connection that is made with the first call.
  func connect(token: String) throws -> Hub {
    guard let socket = SocketAddress(address) else { throw CommandFailure(.failed, "\(address) is no address") }
    var settings = ClientSettings()
    settings.token = { token }
    return Hub(RPCClient(to: socket, tls: tls, settings))
  }

  /// Ends it as an administrator would, and waits for that.
  func stop() {
    process.send(SIGTERM)
    process.wait()
  }

  /// The most memory that it has had resident, in KiB; nil where that cannot be told.
  var residentPeakKiB: Int? { process.residentPeakKiB }
}
