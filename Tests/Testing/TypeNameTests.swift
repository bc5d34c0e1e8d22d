import HoldfastContract
import HoldfastSDK
import HoldfastSync
import Testing

@testable import HoldfastTesting

struct `Names of types in a simulation` {
  private func entity(_ name: String) -> SimulatedEntity {
    let fields = [FieldDescription(number: 1, name: "title", kind: .string, policy: .client)]
    let description = EntityDescription(type: name, version: 1, fields: fields, policy: .client)
    return SimulatedEntity(versions: [EntityType(description)], keys: ["a"]) { _, _, _, _ in
      FieldBytes.text(1, "title")
    }
  }

  @Test(arguments: ["note", "folder", "tally"])
  func `a type that is named like one of its own does not begin, and the failure says why`(_ name: String) {
    let outcome = Simulation(entities: [entity(name)]).run(seed: 1)
    #expect(outcome.failure?.contains("there are two types named \(name)") == true)
    #expect(outcome.steps == 0)
    #expect(Simulation(entities: [entity("app.\(name)")], devices: 1).run(seed: 1).failure == nil)
  }

  @Test func `two types of the program's own may not share a name either`() {
    #expect(
      Simulation(entities: [entity("a"), entity("a")]).run(seed: 1).failure?.contains("two types named a;") == true)
  }
}
