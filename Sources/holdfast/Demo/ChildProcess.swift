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

/// Another run of this program, in a process of its own. Calls block.
final class ChildProcess {
  private let pid: pid_t
  /// Where its standard output can be read; -1 when that goes to a file.
  private let output: Int32
  private var unread: [UInt8] = []
  private var status: Int32?

  /// Starts `holdfast` with these arguments.
  ///
  /// - Parameter file: takes what it prints, to standard output and standard error; without one, `readLine` and
  ///   `readAll` read the output, and errors go where this process's go.
  init(_ arguments: [String], environment: [String: String] = [:], into file: String? = nil) throws(CommandFailure) {
    var ends: [Int32] = [-1, -1]
    if file == nil, pipe(&ends) != 0 { throw Self.failure("make a pipe", errno) }
    for end in ends where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    if let file {
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    } else {
      posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    }
    let words = (["holdfast"] + arguments).map { strdup($0) } + [nil]
    let variables = Self.variables(changedBy: environment).map { strdup($0) } + [nil]
    defer {
      posix_spawn_file_actions_destroy(&actions)
      for text in words + variables { free(text) }
    }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, Self.program, &actions, nil, words, variables)
    if ends[1] >= 0 { close(ends[1]) }
    self.pid = pid
    output = ends[0]
    if code != 0 { throw Self.failure("start \(Self.program)", code) }
  }

  deinit {
    if output >= 0 { close(output) }
  }

  /// The next line of its output, or nil at the end.
  func readLine() -> String? {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: unread[..<end], as: UTF8.self)
        unread.removeFirst(end + 1)
        return line
      }
      guard readMore() else { return nil }
    }
  }

  /// The rest of its output, once it has closed it.
  func readAll() -> [UInt8] {
    while readMore() {}
    defer { unread = [] }
    return unread
  }

  /// Waits for its end. The exit code, or 128 and the number of the signal that ended it.
  @discardableResult
  func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
    let code = raw & 0x7F == 0 ? raw >> 8 & 0xFF : 128 + raw & 0x7F
    status = code
    return code
  }

  /// Sends a signal, unless it has been waited for.
  func send(_ signal: Int32) {
    if status == nil { kill(pid, signal) }
  }

  /// The most memory that it has had resident, in KiB, while it runs; nil where the system does not tell.
  var residentPeakKiB: Int? {
    guard let status = FileManager.default.contents(atPath: "/proc/\(pid)/status") else { return nil }
    let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) }
  }

  private func readMore() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = read(output, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      unread += chunk[..<count]
      return true
    }
  }

  /// This program's own file.
  private static var program: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      CommandLine.arguments[0]
    #endif
  }

  /// This process's environment without what names a hub, and with the changes.
  private static func variables(changedBy changes: [String: String]) -> [String] {
    var variables: [String] = []
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if !text.hasPrefix("HOLDFAST_") { variables.append(text) }
      next += 1
    }
    return variables + changes.map { "\($0.key)=\($0.value)" }
  }

  private static func failure(_ what: String, _ code: Int32) -> CommandFailure {
    CommandFailure(.failed, "cannot \(what): \(String(cString: strerror(code)))")
  }
}
