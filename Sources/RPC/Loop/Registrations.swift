/// Hears that its descriptor is ready. Called on the loop.
protocol ReadinessHandler: AnyObject {
  /// Only what the handler's interest covers is true, and at least one is. A broken descriptor counts as ready.
  func ready(readable: Bool, writable: Bool)
  /// The loop has ended with the descriptor still registered: nothing will be heard of it any more.
  func loopEnded()
}

extension ReadinessHandler {
  func loopEnded() {}
}

/// Who owns which descriptor on one loop.
///
/// The kernel gives a closed descriptor's number to the next one that is opened, while an event for the old one may
/// still lie in the batch that the loop is working through. So an event's token also carries the generation of the
/// registration it belongs to, and an event of an older generation reaches nobody.
struct Registrations {
  private struct Registration {
    var generation: UInt32 = 0
    var interest: Interest = []
    var handler: (any ReadinessHandler)?
  }

  private var byDescriptor: [Registration] = []
  private(set) var count = 0

  /// Enters a handler and returns the token for its events; nil when the descriptor has one already.
  mutating func add(_ fd: Int32, _ handler: any ReadinessHandler, _ interest: Interest) -> UInt64? {
    guard fd >= 0 else { return nil }
    while byDescriptor.count <= Int(fd) { byDescriptor.append(Registration()) }
    guard byDescriptor[Int(fd)].handler == nil else { return nil }
    byDescriptor[Int(fd)].handler = handler
    byDescriptor[Int(fd)].interest = interest
    count += 1
    return token(fd)
  }

  /// Removes the handler and returns it with the interest it had; nil when there is none.
  ///
  /// The caller lets the handler go after this call: what goes with it may come back here.
  mutating func remove(_ fd: Int32) -> (handler: any ReadinessHandler, interest: Interest)? {
    guard let interest = interest(fd), let handler = byDescriptor[Int(fd)].handler.take() else { return nil }
    byDescriptor[Int(fd)].generation &+= 1
    count -= 1
    return (handler, interest)
  }

  func interest(_ fd: Int32) -> Interest? {
    guard fd >= 0, Int(fd) < byDescriptor.count, byDescriptor[Int(fd)].handler != nil else { return nil }
    return byDescriptor[Int(fd)].interest
  }

  mutating func setInterest(_ fd: Int32, _ interest: Interest) {
    byDescriptor[Int(fd)].interest = interest
  }

  func token(_ fd: Int32) -> UInt64 {
    UInt64(byDescriptor[Int(fd)].generation) << 32 | UInt64(UInt32(bitPattern: fd))
  }

  /// The handler that an event is for, with what it may hear of it; nil when it has nothing to hear any more.
  func recipient(of event: PollEvent) -> (handler: any ReadinessHandler, readable: Bool, writable: Bool)? {
    let fd = Int(UInt32(truncatingIfNeeded: event.token))
    guard fd < byDescriptor.count else { return nil }
    let registration = byDescriptor[fd]
    guard let handler = registration.handler, registration.generation == UInt32(event.token >> 32) else { return nil }
    let readable = event.readable && registration.interest.contains(.read)
    let writable = event.writable && registration.interest.contains(.write)
    return readable || writable ? (handler, readable, writable) : nil
  }

  /// Forgets all registrations and returns their handlers.
  mutating func removeAll() -> [any ReadinessHandler] {
    let handlers = byDescriptor.compactMap(\.handler)
    self = Registrations()
    return handlers
  }
}
