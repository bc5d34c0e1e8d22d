extension PersonalDataScanner {
  /// Words after which four numbers are a version or a section.
  private static let versionWords: Set<String> = [
    "v", "ver", "version", "versions", "versión", "versão", "versione", "release", "released", "build", "firmware",
    "kernel",
    "driver", "rev", "revision", "update", "upgrade", "section", "chapter", "clause", "paragraph", "abschnitt",
    "kapitel",
    "article", "table", "figure", "oid", "appendix", "версия", "версии", "patch", "api", "sdk", "assembly",
  ]

  /// Words after which they are an address, however low.
  private static let networkWords: Set<String> = [
    "ip", "ipv", "ips", "host", "hosts", "hostname", "server", "servers", "dns", "address", "addresses", "addr",
    "ping", "from", "via", "gateway", "client", "clients", "subnet", "peer", "nameserver", "resolver", "proxy",
    "router", "adresse", "dirección", "indirizzo", "endereço", "adres", "allow", "deny", "listen", "bind", "src",
    "dst", "inet", "route", "login", "адрес", "адреса", "сервер", "von", "desde", "remote", "connect", "connected",
    "connection", "traceroute", "curl", "ssh",
  ]

  /// Four numbers up to 255 without leading zeros. Not what is a version by the word before or by its low numbers,
  /// nor a part of a longer number.
  func ipv4(at start: Int) -> Range<Int>? {
    guard let (end, numbers) = fourNumbers(at: start) else { return nil }
    if isWord(at: end) || self[end] == UInt8(ascii: "-") && self[end + 1].isLetter { return nil }
    if self[end] == UInt8(ascii: "."), isWord(at: end + 1) { return nil }
    let before = self[start - 1]
    if ".-+,$#".utf8.contains(before), !(self[start - 2] <= UInt8(ascii: " ") && before == UInt8(ascii: "-")) {
      return nil
    }
    // `Browser/99.0.0.1`, but `http://10.0.0.1`.
    if before == UInt8(ascii: "/"), isWord(before: start - 1) { return nil }
    let words = words(before: start)
    if words.contains(where: Self.versionWords.contains) { return nil }
    guard isLikeVersion(numbers) else { return start..<end }
    let isWhole = text(0..<start).allSatisfy(\.isWhitespace) && text(end..<count).allSatisfy(\.isWhitespace)
    let isNamed = words.contains(where: Self.networkWords.contains) || ":=/[".utf8.contains(before)
    let goesOn = ":/".utf8.contains(self[end]) && self[end + 1].isDigit
    return isWhole || isNamed || goesOn ? start..<end : nil
  }

  /// Whether four numbers are as low as those of versions mostly are, and neither of a private network nor of the
  /// resolvers that everybody knows.
  private func isLikeVersion(_ numbers: [Int]) -> Bool {
    if numbers[0] == 10 || numbers == [0, 0, 0, 0] { return false }
    if [[1, 1, 1, 1], [1, 0, 0, 1], [8, 8, 8, 8], [8, 8, 4, 4], [9, 9, 9, 9]].contains(numbers) { return false }
    return numbers[0] < 20 && numbers.allSatisfy { $0 < 100 }
  }

  private func fourNumbers(at start: Int) -> (end: Int, numbers: [Int])? {
    var numbers: [Int] = []
    var index = start
    while numbers.count < 4 {
      let first = index
      var number = 0
      while self[index].isDigit, index - first < 3 {
        number = number * 10 + Int(self[index] - UInt8(ascii: "0"))
        index += 1
      }
      guard index > first, number <= 255, index - first == 1 || self[first] != UInt8(ascii: "0") else { return nil }
      numbers.append(number)
      guard numbers.count < 4 else { break }
      guard self[index] == UInt8(ascii: ".") else { return nil }
      index += 1
    }
    return (index, numbers)
  }

  /// Eight groups, or fewer around a `::` (RFC 4291). Not an address of hardware, a time, or a name in a program.
  func ipv6(at start: Int) -> Range<Int>? {
    guard (0...4).contains(where: { self[start + $0] == UInt8(ascii: ":") }), self[start - 1] != UInt8(ascii: ":")
    else { return nil }
    var groups: [Range<Int>] = []
    var gap: Int?
    var index = start
    if self[index] == UInt8(ascii: ":") {
      guard self[index + 1] == UInt8(ascii: ":") else { return nil }
      gap = 0
      index += 2
    }
    while groups.count < 8, self[index].isHexadecimal {
      let first = index
      while self[index].isHexadecimal, index - first < 5 { index += 1 }
      guard index - first < 5 else { return nil }
      if self[index] == UInt8(ascii: "."), groups.count >= 1 || gap != nil, let (end, _) = fourNumbers(at: first),
        groups.count <= 6
      {
        groups += [first..<first, first..<end]
        index = end
        break
      }
      groups.append(first..<index)
      guard self[index] == UInt8(ascii: ":") else { break }
      if self[index + 1] == UInt8(ascii: ":") {
        guard gap == nil else { return nil }
        gap = groups.count
        index += 2
      } else if self[index + 1].isHexadecimal {
        index += 1
      } else {
        break
      }
    }
    guard !isWord(at: index), gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
    guard self[index] != UInt8(ascii: ":") || !isWord(at: index + 1) && self[index + 1] != UInt8(ascii: ":") else {
      return nil
    }
    guard gap == nil ? !groups.allSatisfy({ $0.count == 2 }) : isPlausible(groups, gap: gap ?? 0, start..<index) else {
      return nil
    }
    return start..<index
  }

  /// Whether what has a `::` is an address rather than a name in a program (`a::b`) or a slice (`1::2`).
  private func isPlausible(_ groups: [Range<Int>], gap: Int, _ range: Range<Int>) -> Bool {
    guard let first = groups.first, range.contains(where: { self[$0].isDigit }) else { return false }
    if gap == 0 { return groups.count > 1 || text(first) == "1" }
    if groups.count >= 3 { return true }
    return first.count == 4 && (self[first.lowerBound].isDigit || (self[first.lowerBound] | 0x20) == UInt8(ascii: "f"))
  }
}
