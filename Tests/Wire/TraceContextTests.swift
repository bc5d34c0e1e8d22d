import Testing

@testable import HoldfastWire

struct `Trace context` {
  private static let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test func `what W3C gives as an example is read and written`() throws {
    let context = try #require(TraceContext(traceparent: Self.text))
    #expect(context.trace.description == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(context.span == 0x00f0_67aa_0ba9_02b7)
    #expect(context.flags == 1)
    #expect(context.traceparent == Self.text)
    #expect(
      context.trace
        == TraceID(bytes: [
          0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36,
        ]))
  }

  @Test(arguments: [
    "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
    "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
  ])
  func `what is none is not read`(_ text: String) {
    #expect(TraceContext(traceparent: text) == nil)
  }

  @Test func `later versions may say more behind it`() {
    #expect(TraceContext(traceparent: "01" + Self.text.dropFirst(2) + "-more") != nil)
  }

  @Test func `a child has its parent's trace and a span of its own`() {
    let parent = TraceContext.random()
    let child = parent.child()
    #expect(child.trace == parent.trace)
    #expect(child.span != parent.span)
    #expect(TraceContext(traceparent: child.traceparent) == child)
    #expect(TraceContext.random().trace != parent.trace)
  }
}
