import HoldfastWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Connects to a host: tries its addresses in order until one answers.
///
/// Returns a non-blocking descriptor, which the caller owns. A name is resolved on the worker pool, everything else
/// happens on `loop`. When the task is cancelled, it throws at once, except while the resolver is at work.
func connectSocket(
  to address: SocketAddress, on loop: EventLoop, attemptTimeout: Duration = Limits.connectAttempt
) async throws(LinkError) -> Int32 {
  let candidates = try await resolve(address)
  var failure = LinkError(.unreachable, "\(address) has no address.")
  for candidate in candidates {
    do throws(LinkError) {
      return try await ConnectAttempt(candidate, loop: loop, timeout: attemptTimeout).run()
    } catch {
      failure = error
      if error.code == .cancelled { break }
    }
  }
  throw failure
}

private func resolve(_ address: SocketAddress) async throws(LinkError) -> [ResolvedAddress] {
  if let numeric = try? ResolvedAddress.resolve(address, onlyNumeric: true) { return numeric }
  do {
    return try await WorkerPool.shared.run { try ResolvedAddress.resolve(address) }
  } catch let error as SystemError {
    throw LinkError(.unknownHost, "The address of \(address.host) is not to be had: \(error.message).", cause: error)
  } catch is CancellationError {
    throw LinkError(.cancelled, "Connecting to \(address) was cancelled.")
  } catch {
    throw LinkError(.unreachable, "\(address): \(error)")
  }
}

/// One try at one address.
private final class ConnectAttempt: ReadinessHandler, @unchecked Sendable {  // touched on the loop only
  private enum State {
    /// → connecting, finished
    case idle
    /// → finished
    case connecting(fd: Int32, timer: TimerToken, UnsafeContinuation<Result<Int32, LinkError>, Never>)
    case finished
  }

  private let address: ResolvedAddress
  private let loop: EventLoop
  private let timeout: Duration
  private var state = State.idle

  init(_ address: ResolvedAddress, loop: EventLoop, timeout: Duration) {
    self.address = address
    self.loop = loop
    self.timeout = timeout
  }

  func run() async throws(LinkError) -> Int32 {
    let result = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        loop.execute { self.begin(continuation) }
      }
    } onCancel: {
      loop.execute {
        self.finish(.failure(LinkError(.cancelled, "Connecting to \(self.address.socketAddress) was cancelled.")))
      }
    }
    return try result.get()
  }

  func ready(readable: Bool, writable: Bool) {
    guard case .connecting(let fd, _, _) = state else { return }
    do throws(SystemError) {
      if let error = try System.pendingError(fd, call: "connect") { throw error }
      finish(.success(fd))
    } catch {
      finish(.failure(failure(error)))
    }
  }

  func loopEnded() {
    finish(.failure(LinkError(.cancelled, "The loop ended before \(address.socketAddress) had answered.")))
  }

  private func begin(_ continuation: UnsafeContinuation<Result<Int32, LinkError>, Never>) {
    guard case .idle = state else {
      // Cancelled before it began.
      continuation.resume(
        returning: .failure(LinkError(.cancelled, "Connecting to \(address.socketAddress) was cancelled.")))
      return
    }
    do throws(SystemError) {
      let fd = try System.streamSocket(family: address.family)
      do throws(SystemError) {
        if try System.connect(fd, address) {
          state = .finished
          System.disableDelay(fd)
          continuation.resume(returning: .success(fd))
          return
        }
        try loop.register(fd, self, .write)
      } catch {
        System.close(fd)
        throw error
      }
      let timer = loop.schedule(at: .now() + timeout) { [self] in
        finish(
          .failure(LinkError(.timedOut, "\(address.socketAddress) did not answer within \(timeout).")))
      }
      state = .connecting(fd: fd, timer: timer, continuation)
    } catch {
      state = .finished
      continuation.resume(returning: .failure(failure(error)))
    }
  }

  private func finish(_ result: Result<Int32, LinkError>) {
    guard case .connecting(let fd, let timer, let continuation) = state else {
      state = .finished
      return
    }
    state = .finished
    loop.cancel(timer)
    loop.deregister(fd)
    if case .success = result { System.disableDelay(fd) } else { System.close(fd) }
    continuation.resume(returning: result)
  }

  private func failure(_ error: SystemError) -> LinkError {
    LinkError(.unreachable, "\(address.socketAddress) cannot be reached: \(error.message).", cause: error)
  }
}
