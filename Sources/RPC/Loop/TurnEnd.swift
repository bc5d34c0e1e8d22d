/// Does at the end of a turn what the turn's events called for together, such as one write for all their frames.
protocol TurnEndHandler: AnyObject {
  func turnEnded()
}

/// Handlers that asked to be called at the end of this turn, each once, in the order in which they first asked.
struct TurnEndHandlers {
  private var handlers: [any TurnEndHandler] = []
  private var known: Set<ObjectIdentifier> = []

  var isEmpty: Bool { handlers.isEmpty }

  mutating func add(_ handler: any TurnEndHandler) {
    // Most often the same one asks again and again.
    if let last = handlers.last, last === handler { return }
    guard known.insert(ObjectIdentifier(handler)).inserted else { return }
    handlers.append(handler)
  }

  /// Takes all, so that those who ask from now on are called in the next round.
  mutating func take() -> [any TurnEndHandler] {
    known.removeAll(keepingCapacity: known.count < 256)
    var taken: [any TurnEndHandler] = []
    swap(&taken, &handlers)
    return taken
  }
}
