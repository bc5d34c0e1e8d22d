import Foundation

/// What a file holds, and when it was last written.
struct Inspection: Equatable {
  let text: String
  let written: Date?

  static func of(_ path: String) throws -> Inspection {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return Inspection(text: String(decoding: data, as: UTF8.self), written: attributes[.modificationDate] as? Date)
  }
}
