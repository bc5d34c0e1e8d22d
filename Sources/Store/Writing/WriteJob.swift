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
/// `@unchecked Sendable`: made by the caller, then touched by the writer's thread, then by the one that finishes it, with
/// a lock in between each time.
///
/// Inlinable, so that it is compiled for the type of its value: handling a value of unknown type costs more than the rest.
@usableFromInline
final class TaskJob<Value: Sendable>: WriteJob, @unchecked Sendable {
  @usableFromInline let body: @Sendable (borrowing WriteTransaction) throws -> Value
  @usableFromInline let caller: UnsafeContinuation<Value, any Error>
  @usableFromInline let delivery: Delivery?
  @usableFromInline var outcome: Result<Value, any Error>?

  @inlinable
  init(
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> Value,
    for caller: UnsafeContinuation<Value, any Error>, delivery: Delivery?
  ) {
    self.body = body
    self.caller = caller
    self.delivery = delivery
  }

  @inlinable
  func run(in transaction: borrowing WriteTransaction) -> Bool {
    do {
      outcome = .success(try body(transaction))
      return true
    } catch {
      outcome = .failure(error)
      return false
    }
  }

  @inlinable
  func fail(_ error: StoreError) { outcome = .failure(error) }

  @inlinable
  func finish() {
    guard let outcome else { preconditionFailure("a job is finished after it has run or failed") }
    caller.resume(with: outcome)
  }
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
