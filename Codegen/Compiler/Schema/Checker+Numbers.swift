/// Numbers that are unique beyond one declaration.
extension Checker {
  mutating func checkErrorNumbers() {
    var seen: [String: String] = [:]
    for (index, file) in files.enumerated() {
      for declaration in file.syntax.declarations where declaration.kind == .error {
        guard let number = declaration.number else { continue }
        guard Limits.errorNumbers.contains(number.value) else {
          error(
            "number-range", "error numbers go from 1 to \(Limits.errorNumbers.upperBound)", in: index, at: number.range)
          continue
        }
        let key = "\(file.package) \(number.value)"
        if let earlier = seen[key] {
          error(
            "duplicate-number", "error number \(number.value) of package `\(file.package)` belongs to `\(earlier)`",
            in: index, at: number.range)
        } else {
          seen[key] = declaration.name.text
        }
      }
    }
  }

  mutating func checkServiceNumbers() {
    var seen: [Int: String] = [:]
    for (index, file) in files.enumerated() {
      for declaration in file.syntax.declarations where declaration.kind == .service {
        guard let number = declaration.number else { continue }
        let isHubs = file.package == "holdfast" || file.package.hasPrefix("holdfast.")
        if !Limits.serviceNumbers.contains(number.value) {
          error(
            "number-range", "service numbers go from 1 to \(Limits.serviceNumbers.upperBound)", in: index,
            at: number.range)
        } else if number.value < Limits.firstServiceNumber, !isHubs {
          error(
            "number-range",
            "service numbers below \(Limits.firstServiceNumber) belong to the hub; take one from there on", in: index,
            at: number.range)
        } else if let earlier = seen[number.value] {
          error(
            "duplicate-number", "service number \(number.value) belongs to `\(earlier)`", in: index, at: number.range)
        }
        seen[number.value] = seen[number.value] ?? declaration.name.text
      }
    }
  }
}
