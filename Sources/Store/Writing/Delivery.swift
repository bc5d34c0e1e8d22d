/// A way to run something on an event loop.
///
/// The writer resumes all callers of a loop in one closure there: resumed one by one from another thread, each would wake
/// the loop again, and leave in a network write of its own.
@usableFromInline
final class Delivery: Sendable {
  let run: @Sendable (@escaping @Sendable () -> Void) -> Void

  init(_ run: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) { self.run = run }

  /// Finishes the jobs, each where its caller wants to be resumed.
  static func finish(_ jobs: [any WriteJob]) {
    var batches: [(delivery: Delivery, jobs: [any WriteJob])] = []
    for job in jobs {
      guard let delivery = job.delivery else {
        job.finish()
        continue
      }
      // There are a few loops at most.
      if let place = batches.firstIndex(where: { $0.delivery === delivery }) {
        batches[place].jobs.append(job)
      } else {
        batches.append((delivery, [job]))
      }
    }
    for batch in batches {
      batch.delivery.run { for job in batch.jobs { job.finish() } }
    }
  }
}
