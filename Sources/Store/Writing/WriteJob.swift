/// A queued write: run in the group's transaction, possibly several times, then finished once.
@usableFromInline
protocol WriteJob: AnyObject, Sendable {
  /// Runs the job and keeps what it made or threw.
  /// - Returns: false when it threw, and what it did must be undone.
  func run(in transaction: borrowing WriteTransaction) -> Bool
  /// Makes `error` the outcome, whatever the job made.
  func fail(_ error: StoreError)
  /// Hands the outcome to whoever waits.
  func finish()
  /// Where `finish` is to be called; nil for anywhere.
  var delivery: Delivery? { get }
}

/// A job whose caller is a suspended task.
///
/// Two closures know the type of the job's value, and are compiled for it where `write` is called: a class that has the
/// type as its parameter would ask the runtime what it is at every step, which costs more than the rest.
///
/// `@unchecked Sendable`: made by the caller, then touched by the writer's thread, then by the one that finishes it, with
/// a lock in between each time.
@usableFromInline
final class TaskJob: WriteJob, @unchecked Sendable {
  @usableFromInline let delivery: Delivery?
  private let attempt: (borrowing WriteTransaction) -> Bool
  private let resume: (StoreError?) -> Void
  private var failure: StoreError?

  /// - Parameters:
  ///   - attempt: runs the job and keeps what it made or threw.
  ///   - resume: resumes the caller with that, or with an error instead.
  @usableFromInline
  init(
    delivery: Delivery?, attempt: @escaping (borrowing WriteTransaction) -> Bool,
    resume: @escaping (StoreError?) -> Void
  ) {
    self.delivery = delivery
    self.attempt = attempt
    self.resume = resume
  }

  @inlinable
  static func make<Value: Sendable>(
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> Value,
    for caller: UnsafeContinuation<Value, any Error>, delivery: Delivery?
  ) -> TaskJob {
    var outcome: Result<Value, any Error>?
    return TaskJob(delivery: delivery) { transaction in
      do {
        outcome = .success(try body(transaction))
        return true
      } catch {
        outcome = .failure(error)
        return false
      }
    } resume: { failure in
      switch failure.map({ .failure($0) }) ?? outcome {
      case .success(let value): caller.resume(returning: value)
      case .failure(let error): caller.resume(throwing: error)
      case nil: preconditionFailure("a job is finished after it has run or failed")
      }
    }
  }

  @usableFromInline func run(in transaction: borrowing WriteTransaction) -> Bool { attempt(transaction) }
  @usableFromInline func fail(_ error: StoreError) { failure = error }
  @usableFromInline func finish() { resume(failure) }
}

/// A job whose caller is the thread that runs the group: for the core without threads.
///
/// `@unchecked Sendable`: never leaves its thread.
final class DirectJob<Value>: WriteJob, @unchecked Sendable {
  private let body: (borrowing WriteTransaction) throws -> Value
  private(set) var outcome: Result<Value, any Error>?

  init(_ body: @escaping (borrowing WriteTransaction) throws -> Value) { self.body = body }

  func run(in transaction: borrowing WriteTransaction) -> Bool {
    do {
      outcome = .success(try body(transaction))
      return true
    } catch {
      outcome = .failure(error)
      return false
    }
  }

  func fail(_ error: StoreError) { outcome = .failure(error) }
  func finish() {}
  var delivery: Delivery? { nil }
}
