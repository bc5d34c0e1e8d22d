import HoldfastAnalysis
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct `An amount` {
  @Test func `of 3,000,000 tokens at 0.10 for each thousand is 300.00`() throws {
    let price = try #require(TokenPrice("0.10"))
    #expect(Amount(tokens: 100_000 * 3 * 10, price: price).description == "300.00")
  }

  @Test(arguments: [
    ("0.10", 1, "0.0001"), ("0.000000001", 1, "0.000000000001"), ("0.03", 333, "0.00999"), ("3", 1_000, "3.00"),
    ("0", 9, "0.00"), ("0.15", 7_777_777, "1166.66655"),
  ])
  func `is exact`(price: String, tokens: Int, cost: String) throws {
    #expect(Amount(tokens: tokens, price: try #require(TokenPrice(price))).description == cost)
  }

  @Test func `of all tokens that can be counted at the highest price fits`() throws {
    let price = try #require(TokenPrice("1000000"))
    #expect(Amount(tokens: .max, price: price).description == "9223372036854775807000.00")
  }

  @Test(arguments: ["", ".", "1.", ".5", "-1", "+1", "1,0", "1e3", "1.0.0", " 1", "0x1", "1.0000000000001", "٣"])
  func `is not read from`(text: String) {
    #expect(Amount(text) == nil)
    #expect(TokenPrice(text) == nil)
  }

  @Test func `that is too high or too fine is no price`() {
    #expect(TokenPrice("1000000.000000001") == nil)
    #expect(TokenPrice("0.0000000001") == nil)
    #expect(Amount("0.0000000001") != nil)
    #expect(Amount(String(repeating: "9", count: 40)) == nil)
  }

  @Test(arguments: ["0.00", "300.00", "0.000125", "999999999999.123456789012"])
  func `is coded as its text`(text: String) throws {
    let amount = try #require(Amount(text))
    #expect(amount.description == text)
    let coded = try JSONEncoder().encode([amount])
    #expect(String(decoding: coded, as: UTF8.self) == "[\"\(text)\"]")
    #expect(try JSONDecoder().decode([Amount].self, from: coded) == [amount])
  }

  @Test func `is not decoded from what is none`() {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Amount].self, from: Array("[\"ten\"]".utf8).data) }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([TokenPrice].self, from: Array("[\"9999999\"]".utf8).data)
    }
  }
}

extension [UInt8] {
  var data: Data { Data(self) }
}
