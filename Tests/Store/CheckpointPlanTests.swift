import Testing

@testable import HoldfastStore

@Suite struct CheckpointPlanTests {
  private let long = Limits.checkpointPages
  private var plan = CheckpointPlan()

  /// A commit that leaves the WAL with so many pages. Nil when it is too short to look at.
  private mutating func commit(_ pages: Int, _ beside: CheckpointPlan.Beside) -> CheckpointPlan.Step? {
    plan.grew(to: pages) ? plan.step(beside) : nil
  }

  @Test mutating func `a short WAL is left alone`() {
    #expect(commit(1, .idle(moved: nil)) == nil)
    #expect(commit(long - 1, .idle(moved: nil)) == nil)
  }

  @Test mutating func `a long WAL is moved beside the writer, the rest by the writer, and so again`() {
    for _ in 0..<3 {
      #expect(commit(long, .idle(moved: nil)) == .beside)
      #expect(commit(long + 10, .running) == .nothing)
      #expect(commit(long + 200, .idle(moved: long)) == .here)
      #expect(commit(10, .idle(moved: nil)) == nil)
    }
  }

  @Test mutating func `when much has come during a pass, another one follows`() {
    #expect(commit(long, .idle(moved: nil)) == .beside)
    #expect(commit(long + Limits.restPages + 1, .idle(moved: long)) == .beside)
    #expect(commit(long + Limits.restPages + 2, .idle(moved: long + Limits.restPages + 1)) == .here)
  }

  @Test mutating func `a pass that failed or was held back by readers is followed by another`() {
    #expect(commit(long, .idle(moved: nil)) == .beside)
    #expect(commit(long + 10, .idle(moved: nil)) == .beside)
    #expect(commit(long + 20, .idle(moved: 3)) == .beside)
  }

  @Test mutating func `with nobody beside it the writer moves everything`() {
    #expect(commit(long, .nobody) == .here)
    #expect(commit(long + 10, .nobody) == .here)
  }

  @Test mutating func `while readers keep the WAL from beginning anew, each commit tries, and some wait for them`() {
    #expect(commit(long, .idle(moved: nil)) == .beside)
    #expect(commit(long + 10, .idle(moved: long)) == .here)
    #expect(commit(long + 20, .idle(moved: nil)) == .here)
    #expect(commit(Limits.restartPages, .idle(moved: nil)) == .restart)
    #expect(commit(Limits.restartPages + 10, .running) == .nothing)
    #expect(commit(Limits.restartPages + long, .running) == .restart)
    #expect(commit(10, .running) == nil)
    #expect(commit(Limits.restartPages, .running) == .restart)
  }

  @Test mutating func `what a pass says of an earlier WAL counts for nothing`() {
    #expect(commit(long * 2, .running) == .nothing)
    #expect(commit(10, .running) == nil)
    #expect(commit(long, .idle(moved: long * 2)) == .beside)
  }
}
