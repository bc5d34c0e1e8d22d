import TestSupport
import Testing

@testable import HoldfastServer

struct `Figures as text` {
  @Test func `each metric has its help, type and samples`() throws {
    var text = MetricText()
    text.counter("holdfast_a_total", "What there is of a.", 3)
    text.metric("holdfast_b", .gauge, "What there is of b.")
    text.sample([("of", "x"), ("to", "y")], 2)
    text.sample([("of", "z"), ("to", "y")], real: 0.5)
    #expect(
      text.text == """
        # HELP holdfast_a_total What there is of a.
        # TYPE holdfast_a_total counter
        holdfast_a_total 3
        # HELP holdfast_b What there is of b.
        # TYPE holdfast_b gauge
        holdfast_b{of="x",to="y"} 2
        holdfast_b{of="z",to="y"} 0.5

        """)
    _ = try PrometheusText(text.text)
  }

  @Test func `a histogram's buckets hold all up to their bound`() throws {
    var text = MetricText()
    text.metric("holdfast_size", .histogram, "Sizes.")
    text.histogram([("of", "x")], [1, 2.5], [4, 0, 2], sum: 12)
    let read = try PrometheusText(text.text)
    #expect(read[#"holdfast_size_bucket{of="x",le="1.0"}"#] == 4)
    #expect(read[#"holdfast_size_bucket{of="x",le="2.5"}"#] == 4)
    #expect(read[#"holdfast_size_bucket{of="x",le="+Inf"}"#] == 6)
    #expect(read[#"holdfast_size_count{of="x"}"#] == 6)
    #expect(read[#"holdfast_size_sum{of="x"}"#] == 12)
  }

  @Test func `what a label cannot hold is escaped`() throws {
    var text = MetricText()
    text.metric("holdfast_c", .gauge, "What there is of c.")
    text.sample([("of", "a\\b\"c\nd\r\ne")], 1)
    #expect(text.text.hasSuffix(#"holdfast_c{of="a\\b\"c\nd\ne"} 1"# + "\n"))
    _ = try PrometheusText(text.text)
  }
}
