package import HoldfastAnalysis
package import HoldfastContract

// What chains find, in the words of the service.

extension ItemResult {
  package init(_ result: Result<[Finding], ChainError>) {
    switch result {
    case .success(let findings): self.init(findings: findings.map(NamedFinding.init))
    case .failure(let error): self.init(error: error.message)
    }
  }
}

extension NamedFinding {
  package init(_ finding: Finding) {
    self.init(name: finding.name, value: FoundValue(finding.value))
  }
}

extension FoundValue {
  package init(_ value: FindingValue) {
    switch value {
    case .text(let text): self = .text(text)
    case .number(let number): self = .number(number)
    case .integer(let integer): self = .integer(integer)
    case .bool(let flag): self = .flag(flag)
    case .list(let values): self = .list(FoundList(values: values.map(FoundValue.init)))
    case .record(let findings): self = .record(FoundRecord(findings: findings.map(NamedFinding.init)))
    }
  }
}
