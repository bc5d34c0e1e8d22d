/// Does at the end of a turn what the turn's events called for together, such as one write for all their frames.
protocol TurnEndHandler: AnyObject {
  /// Whether the handler has asked to be called at the end of this turn. The loop's; false at first.
  var isTurnEndDue: Bool { get set }

  func turnEnded()
}
