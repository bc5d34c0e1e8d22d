internal import HoldfastContract

/// How replicas are let in that join, or have missed much.
struct AdmissionMetrics: MetricSource {
  let admission: Admission

  func write(to text: inout MetricText) {
    let load = admission.load
    text.gauge("holdfast_sync_admitted", "Joins and pages that are under way.", Int(load.admitted))
    text.gauge("holdfast_sync_queue_depth", "Joins and pages that wait for their turn.", Int(load.waiting))
    text.counter("holdfast_sync_admitted_total", "Joins and pages that were let in.", load.letIn)
    text.counter("holdfast_sync_refused_total", "Joins and pages that were told to come back later.", load.sentAway)
  }
}
