extension PersonalDataScanner {
  /// Ends of names of files, which stand behind an @ too: `logo@2x.png`.
  private static let fileEndings: Set<String> = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "js", "mjs", "ts", "tsx", "jsx", "css", "html", "htm", "json",
    "xml",
    "txt", "csv", "exe", "dll", "jar", "gz", "tgz", "tar", "log", "yaml", "yml", "service", "conf",
  ]

  /// A mail address by its @.
  func mail(at sign: Int) -> Range<Int>? {
    guard let start = mailStart(at: sign), let end = mailEnd(at: sign) else { return nil }
    // A copy over a secure shell, `git@host:path`, and names on networks, `@user@host`.
    if self[end] == UInt8(ascii: ":"), text(start..<sign) == "git" || "/~".utf8.contains(self[end + 1]) { return nil }
    if self[end] == UInt8(ascii: "@") || self[start - 1] == UInt8(ascii: "@") { return nil }
    return start..<end
  }

  private func mailStart(at sign: Int) -> Int? {
    var start = sign
    while start > max(0, sign - Limits.mailLocalBytes - 1), isLocal(start - 1) { start -= 1 }
    while start < sign, !isWord(at: start) { start += 1 }
    guard start < sign, sign - start <= Limits.mailLocalBytes, self[sign - 1] != UInt8(ascii: ".") else { return nil }
    for index in start..<sign where self[index] == UInt8(ascii: ".") && self[index + 1] == UInt8(ascii: ".") {
      return nil
    }
    return start
  }

  private func isLocal(_ index: Int) -> Bool {
    let byte = self[index]
    return byte.isLetter || byte.isDigit || "._+-'%&~".utf8.contains(byte) || isTwoByteLetter(index)
  }

  /// Part of a letter that takes two bytes: Latin with accents, Greek, Cyrillic.
  private func isTwoByteLetter(_ index: Int) -> Bool {
    let byte = self[index]
    return (0xc3...0xdf).contains(byte) || (byte & 0xc0 == 0x80 && (0xc3...0xdf).contains(self[index - 1]))
  }

  private func mailEnd(at sign: Int) -> Int? {
    var labels: [Range<Int>] = []
    var start = sign + 1
    while true {
      var end = start
      while end - start <= Limits.mailLabelBytes, isLabel(end) { end += 1 }
      while end > start, self[end - 1] == UInt8(ascii: "-") { end -= 1 }
      guard end > start, end - start <= Limits.mailLabelBytes, self[start] != UInt8(ascii: "-") else { break }
      labels.append(start..<end)
      guard self[end] == UInt8(ascii: "."), end - sign <= Limits.mailDomainBytes else { break }
      start = end + 1
    }
    guard labels.count >= 2, let last = labels.last, last.upperBound - sign <= Limits.mailDomainBytes + 1 else {
      return nil
    }
    let top = text(last).lowercased()
    guard top.utf8.count >= 2, !top.utf8.contains(where: \.isDigit) || top.hasPrefix("xn--") else { return nil }
    guard !top.utf8.contains(UInt8(ascii: "-")) || top.hasPrefix("xn--"), !Self.fileEndings.contains(top) else {
      return nil
    }
    // A package's version: `left-pad@1.3.0-beta.two`.
    if labels.count >= 3, self[labels[0].lowerBound].isDigit, self[labels[1].lowerBound].isDigit { return nil }
    return last.upperBound
  }

  private func isLabel(_ index: Int) -> Bool {
    let byte = self[index]
    return byte.isLetter || byte.isDigit || byte == UInt8(ascii: "-") || isTwoByteLetter(index)
  }
}
