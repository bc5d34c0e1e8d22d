import HoldfastWire
import Testing

@testable import HoldfastRPC

struct RouteTableTests {
  private func route(_ service: UInt32, _ method: UInt32, name: String) -> Route {
    UnaryRoute<Authenticate, Authenticate>(
      MethodDescriptor<Authenticate, Authenticate, Never>(service: service, method: method, name: name)
    ) { request, _ in request }
  }

  @Test func `each method finds its own route, however many there are`() {
    var table = RouteTable()
    for service in 1...40 as ClosedRange<UInt32> {
      for method in 1...9 as ClosedRange<UInt32> {
        table.insert(route(service * 77, method, name: "\(service * 77).\(method)"))
      }
    }
    for service in 1...40 as ClosedRange<UInt32> {
      for method in 1...9 as ClosedRange<UInt32> {
        #expect(table[MethodID(service: service * 77, method: method)]?.name == "\(service * 77).\(method)")
      }
      #expect(table[MethodID(service: service * 77, method: 10)] == nil)
    }
  }

  @Test func `nothing is found where nothing is`() {
    #expect(RouteTable()[MethodID(service: 1, method: 1)] == nil)
  }

  @Test func `a method that is registered again has its last route`() {
    var table = RouteTable()
    table.insert(route(3, 1, name: "first"))
    table.insert(route(3, 2, name: "other"))
    table.insert(route(3, 1, name: "second"))
    #expect(table[MethodID(service: 3, method: 1)]?.name == "second")
    #expect(table[MethodID(service: 3, method: 2)]?.name == "other")
  }
}
