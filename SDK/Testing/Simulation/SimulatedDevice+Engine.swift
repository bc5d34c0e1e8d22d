internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The engine of a device: the dialogue that production leads over a network, here one step at a time.
extension SimulatedDevice {
  /// Prepares the file for what the machine wants.
  func begin(_ action: SyncAction, at now: UInt64) throws -> SyncDialogue.Beginning {
    let (memory, moment, fresh) = (dialogue?.memory ?? SyncMemory(), moment(now), fresh())
    let prepared: ReplicaBook.Prepared
    do {
      prepared = try write { try $1.prepare(action, memory, at: moment, fresh: fresh, in: $0) }
    } catch {
      return .done(SyncReceipt(try broken(action.call, error)))
    }
    return try lead { $0.begin(prepared) }
  }

  /// Keeps a reply, and goes on.
  func finish(
    _ question: SyncQuestion, _ reply: HubReply, at now: UInt64
  ) throws -> (next: SyncDialogue.Next, parked: [UInt64]) {
    let (moment, fresh) = (moment(now), fresh())
    let receipt: SyncReceipt
    do {
      receipt = try write { transaction, steps in
        try question.keep(reply, by: steps, at: moment, fresh: fresh, in: transaction)
      }
    } catch {
      let news = try broken(question.call, error)
      return (.follow(try lead { $0.hear(news, at: moment.monotonic) }), [])
    }
    return (try lead { $0.finish(question, reply, receipt, at: moment.monotonic) }, receipt.parked)
  }

  /// What the dialogue is told when the file could not be used. Where there is no program or no power, nobody is told.
  private func broken(_ call: SyncCall?, _ error: any Error) throws -> SyncNews {
    guard isRunning, hasPower, isAlive, let call else { throw error }
    if error.isOfFullDisk { refusals += 1 }
    return .failed(call, .unreachable(retryAfter: nil))
  }

  func hear(_ receipt: SyncReceipt, at now: UInt64) throws -> SyncStep {
    try lead { $0.hear(receipt, at: MonotonicTime(nanoseconds: now)) }
  }

  /// Somebody has said that the queue has grown or changed.
  func lookAtQueue(at now: UInt64) throws -> SyncStep? {
    guard let mark = dialogue?.mark else { throw Away() }
    let moment = moment(now)
    let queue = try write { try $1.book.queue(since: mark, at: moment, in: $0) }
    return try lead { $0.hear(queue, at: moment.monotonic) }
  }

  /// Goes on with the dialogue of the program that runs.
  func lead<Value>(_ body: (inout SyncDialogue) -> Value) throws -> Value {
    guard var dialogue = dialogue.take() else { throw Away() }
    let value = body(&dialogue)
    self.dialogue = consume dialogue
    return value
  }

  /// The replica may no longer see the space.
  func forget() throws {
    do {
      let touched = try write { try $1.book.forgetEverything(in: $0) }
      account.pruned.formUnion(touched.entities)
    } catch {
      // The hub says so again at the next attempt.
      guard error.isOfFullDisk else { throw error }
      refusals += 1
    }
  }
}
