import HoldfastContract
import HoldfastStore
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastSDK
@testable import HoldfastSync

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is said before a push, when the hub has not heard of all that it needs.
struct `A dialogue before a push` {
  private let moment = ReplicaBook.Moment(wall: 1_000_000_000, monotonic: MonotonicTime(nanoseconds: 1_000_000_000_000))
  private let fresh = UUID()

  /// A device that is in step, and what its next push begins with for somebody who has said nothing yet.
  private func begin() throws -> (device: BookDevice, hub: ModelHub, question: SyncQuestion) {
    let device = try BookDevice()
    var hub = ModelHub()
    try device.sync(with: &hub)
    try device.create("n", note("milk"))
    let push = PushPlan.Push(
      id: PushPlan.PushID(rawValue: 1), operations: try device.operations().map(\.content.number))
    let prepared = try device.write { [moment, fresh] in
      try $1.prepare(.push(push), SyncMemory(), at: moment, fresh: fresh, in: $0)
    }
    var dialogue = SyncDialogue(
      ReplicaBook.Queue(), pulledTo: 0, timing: BookDevice.timing, seed: 1, now: moment.monotonic)
    guard case .ask(let question) = dialogue.begin(prepared) else { throw Nothing() }
    return (device, hub, question)
  }

  private struct Nothing: Error {}

  private func keep(_ reply: HubReply, to question: SyncQuestion, _ device: BookDevice) throws -> SyncReceipt {
    try device.write { [moment, fresh] in try question.keep(reply, by: $1, at: moment, fresh: fresh, in: $0) }
  }

  @Test func `types that the hub has not heard of are told first`() throws {
    var (device, hub, question) = try begin()
    #expect(question.isBeforePush)
    guard case .join(let request) = question.request else { throw Nothing() }
    #expect(request.entities.map(\.type) == ["note"])
    let receipt = try keep(.join(try hub.join(request)), to: question, device)
    guard case .nothing = receipt.news, case .push(let push) = question.next?.request else { throw Nothing() }
    #expect(push.operations.count == 1)
  }

  @Test func `a hub that has another history by then is joined as at first`() throws {
    var (device, hub, question) = try begin()
    guard case .join(let request) = question.request else { throw Nothing() }
    hub.restore(ModelHub())
    let head = try device.head()
    let receipt = try keep(.join(try hub.join(request)), to: question, device)
    guard case .failed(question.call, .unreachable) = receipt.news else { throw Nothing() }
    #expect(try device.head() == head)
  }

  @Test func `the operations of an incarnation that the hub does not take go under another`() throws {
    let (device, _, question) = try begin()
    let old = try device.operations().map(\.incarnation)
    let receipt = try keep(.failed(.needs(.incarnation)), to: question, device)
    #expect(try device.operations().map(\.incarnation) == [fresh])
    #expect(old != [fresh])
    #expect(receipt.queue?.units.map(\.operations.count) == [1])
  }
}
