/// Files of protobuf itself that definitions need. Their descriptors are the published ones, byte for byte, so that
/// they do not clash with those that a protobuf library brings along.
enum WellKnownFile: String, CaseIterable {
  case duration = "google/protobuf/duration.proto"
  case timestamp = "google/protobuf/timestamp.proto"

  var element: Element {
    switch self {
    case .duration: .scalar(.duration)
    case .timestamp: .scalar(.timestamp)
    }
  }

  var descriptor: ProtoMessage {
    let name = self == .duration ? "Duration" : "Timestamp"
    var message = ProtoMessage()
    message.string(1, name)
    for (field, number, type) in [("seconds", 1, Scalar.int64), ("nanos", 2, .int32)] {
      var entry = ProtoMessage()
      entry.string(1, field)
      entry.number(3, number)
      entry.number(4, 1)
      entry.number(5, type.descriptorType)
      entry.string(10, field)
      message.message(2, entry)
    }
    var options = ProtoMessage()
    options.string(1, "com.google.protobuf")
    options.string(8, "\(name)Proto")
    options.flag(10)
    options.string(11, "google.golang.org/protobuf/types/known/\(name.lowercased())pb")
    options.flag(31)
    options.string(36, "GPB")
    options.string(37, "Google.Protobuf.WellKnownTypes")
    var file = ProtoMessage()
    file.string(1, rawValue)
    file.string(2, "google.protobuf")
    file.message(4, message)
    file.message(8, options)
    file.string(12, "proto3")
    return file
  }
}
