/// A definition file as a `google.protobuf.FileDescriptorProto`. Numbers are those of descriptor.proto.
struct DescriptorEmitter {
  let schema: Schema
  let file: Schema.File

  func descriptor() -> ProtoMessage {
    var result = ProtoMessage()
    result.string(1, schema.protoPath(of: file.path))
    result.string(2, file.package)
    for path in schema.protoImports(of: file) { result.string(3, path) }
    for type in file.types where type.kind != .enumeration { result.message(4, message(type)) }
    for type in file.types where type.kind == .enumeration { result.message(5, enumeration(type)) }
    for service in file.services { result.message(6, self.service(service)) }
    var features = ProtoMessage()
    features.number(1, Presence.implicit.rawValue)
    var options = ProtoMessage()
    options.message(50, features)
    result.message(8, options)
    result.string(12, "editions")
    result.number(14, 1_000)
    return result
  }

  private enum Presence: Int {
    case explicit = 1
    case implicit
  }

  // MARK: Messages

  private func message(_ type: TypeDeclaration) -> ProtoMessage {
    var result = ProtoMessage()
    result.string(1, type.name)
    for field in type.fields { result.message(2, self.field(field, of: type)) }
    for field in type.fields {
      if case .map(let key, let value) = field.type { result.message(3, mapEntry(field, key, value)) }
    }
    for nested in type.nested where nested.kind != .enumeration { result.message(3, message(nested)) }
    for nested in type.nested where nested.kind == .enumeration { result.message(4, enumeration(nested)) }
    if type.annotations.deprecation != nil { result.message(7, flags(3)) }
    if type.kind == .union, !type.fields.isEmpty {
      var oneof = ProtoMessage()
      oneof.string(1, ProtoNames.oneof(of: type))
      result.message(8, oneof)
    }
    for range in type.reservedNumbers {
      var reserved = ProtoMessage()
      reserved.number(1, range.lowerBound)
      reserved.number(2, range.upperBound + 1)
      result.message(9, reserved)
    }
    for name in type.reservedNames { result.string(10, name) }
    return result
  }

  private func field(_ field: Field, of type: TypeDeclaration) -> ProtoMessage {
    var result = ProtoMessage()
    result.string(1, field.name)
    result.number(3, field.number)
    switch field.type {
    case .singular(let element), .optional(let element), .defaulted(let element, _):
      result.number(4, Label.optional.rawValue)
      add(element, to: &result)
    case .list(let element), .set(let element):
      result.number(4, Label.repeated.rawValue)
      add(element, to: &result)
    case .map:
      result.number(4, Label.repeated.rawValue)
      result.number(5, 11)
      result.string(6, ".\(type.qualifiedName).\(ProtoNames.mapEntry(field.name))")
    }
    if case .defaulted(let element, let value) = field.type {
      result.string(7, schema.protoDefault(value, of: element))
    }
    let isMember = type.kind == .union
    var options = ProtoMessage()
    if field.annotations.deprecation != nil { options.flag(3) }
    if field.hasExplicitPresence, !isMember {
      var features = ProtoMessage()
      features.number(1, Presence.explicit.rawValue)
      options.message(21, features)
    }
    if !options.bytes.isEmpty { result.message(8, options) }
    if isMember { result.number(9, 0) }
    result.string(10, Names.camel(field.name))
    return result
  }

  private enum Label: Int {
    case optional = 1
    case repeated = 3
  }

  private func add(_ element: Element, to field: inout ProtoMessage) {
    switch element {
    case .scalar(let scalar):
      field.number(5, scalar.descriptorType)
      if element.isMessage { field.string(6, scalar.protoName) }
    case .named(let reference):
      field.number(5, reference.isEnumeration ? 14 : 11)
      field.string(6, "." + reference.qualifiedName)
    }
  }

  private func mapEntry(_ field: Field, _ key: Scalar, _ value: Element) -> ProtoMessage {
    var result = ProtoMessage()
    result.string(1, ProtoNames.mapEntry(field.name))
    for (number, name, element) in [(1, "key", Element.scalar(key)), (2, "value", value)] {
      var entry = ProtoMessage()
      entry.string(1, name)
      entry.number(3, number)
      entry.number(4, Label.optional.rawValue)
      add(element, to: &entry)
      entry.string(10, name)
      result.message(2, entry)
    }
    result.message(7, flags(7))
    return result
  }

  private func flags(_ field: Int) -> ProtoMessage {
    var options = ProtoMessage()
    options.flag(field)
    return options
  }

  // MARK: Enums and services

  private func enumeration(_ type: TypeDeclaration) -> ProtoMessage {
    var result = ProtoMessage()
    result.string(1, type.name)
    for value in type.protoValues {
      var entry = ProtoMessage()
      entry.string(1, ProtoNames.value(value.name, of: type.name))
      entry.number(2, value.number)
      if value.annotations.deprecation != nil { entry.message(3, flags(1)) }
      result.message(2, entry)
    }
    if type.annotations.deprecation != nil { result.message(3, flags(3)) }
    for range in type.reservedNumbers {
      var reserved = ProtoMessage()
      reserved.number(1, range.lowerBound)
      reserved.number(2, range.upperBound)
      result.message(4, reserved)
    }
    for name in type.reservedNames { result.string(5, ProtoNames.value(name, of: type.name)) }
    return result
  }

  private func service(_ service: Service) -> ProtoMessage {
    var result = ProtoMessage()
    result.string(1, service.name)
    for call in service.calls {
      var method = ProtoMessage()
      method.string(1, call.name)
      method.string(2, "." + call.request.qualifiedName)
      method.string(3, "." + call.reply.qualifiedName)
      var options = ProtoMessage()
      if call.annotations.deprecation != nil { options.flag(33) }
      if call.isIdempotent { options.number(34, 2) }
      if !options.bytes.isEmpty { method.message(4, options) }
      if call.streamsRequests { method.flag(5) }
      if call.streamsReplies { method.flag(6) }
      result.message(2, method)
    }
    if service.annotations.deprecation != nil { result.message(3, flags(33)) }
    return result
  }
}

extension Scalar {
  /// `FieldDescriptorProto.Type`
  var descriptorType: Int {
    switch self {
    case .double: 1
    case .float: 2
    case .int64: 3
    case .uint64: 4
    case .int32: 5
    case .fixed64: 6
    case .fixed32: 7
    case .bool: 8
    case .string: 9
    case .timestamp, .duration: 11
    case .bytes, .uuid: 12
    case .uint32: 13
    case .sfixed32: 15
    case .sfixed64: 16
    case .sint32: 17
    case .sint64: 18
    }
  }
}
