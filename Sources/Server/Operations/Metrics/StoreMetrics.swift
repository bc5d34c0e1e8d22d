internal import HoldfastStore

/// What the store does: what waits to be written, and the groups in which it is committed.
struct StoreMetrics: MetricSource {
  let store: Store

  func write(to text: inout MetricText) {
    let figures = store.figures
    text.gauge("holdfast_store_queue_depth", "Writes that wait for the writer.", figures.waiting)
    text.counter("holdfast_store_writes_total", "Writes whose group has ended.", figures.writes)
    text.metric("holdfast_store_group_writes", .histogram, "Writes that were committed together.")
    text.histogram([], StoreFigures.groupBounds.map { Double($0) }, figures.groupSizes, sum: Double(figures.writes))
    text.metric("holdfast_store_group_seconds", .summary, "Time from a group's first write to the end of its commit.")
    text.summary([], sum: figures.groupTime / .seconds(1), count: figures.groups)
  }
}
