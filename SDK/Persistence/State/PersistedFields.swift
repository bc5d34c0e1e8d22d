/// The persisted properties of one object, by the keys under which they are saved.
struct PersistedFields: Sendable {
  let part: String
  let fields: [String: any PersistedField]

  /// Looks at the object's properties. To be called where the object may be read.
  ///
  /// - Parameter prefix: comes before each key.
  init<Part: Persistable>(of object: Part, under prefix: String) throws(PersistedKeysError) {
    part = "\(Part.self)"
    var (found, twice): ([String: any PersistedField], [String]) = ([:], [])
    var mirror: Mirror? = Mirror(reflecting: object)
    while let looked = mirror {
      for case let property as any PersistedProperty in looked.children.map(\.value) {
        if found.updateValue(property.field, forKey: property.key) != nil { twice.append(property.key) }
      }
      mirror = looked.superclassMirror
    }
    let declared = Part.persistedKeys
    for (place, key) in declared.enumerated() where declared[..<place].contains(key) { twice.append(key) }
    let (declaredOnly, savedOnly) = (Set(declared).subtracting(found.keys), Set(found.keys).subtracting(declared))
    guard declaredOnly.isEmpty, savedOnly.isEmpty, twice.isEmpty else {
      throw PersistedKeysError(
        part: part, declaredOnly: declaredOnly.sorted(), savedOnly: savedOnly.sorted(), usedTwice: Set(twice).sorted())
    }
    fields = Dictionary(uniqueKeysWithValues: found.map { (prefix + $0.key, $0.value) })
  }
}
