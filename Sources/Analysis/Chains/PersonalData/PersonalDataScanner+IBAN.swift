extension PersonalDataScanner {
  /// Characters of an account's number by country, from the registry of ISO 13616.
  private static let lengths: [String: Int] = {
    let table = """
      AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 \
      FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 \
      LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 \
      RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
      """
    return Dictionary(
      uniqueKeysWithValues: table.split(separator: " ").compactMap { entry in
        Int(entry.dropFirst(2)).map { (String(entry.prefix(2)), $0) }
      })
  }()

  /// An account's number: a country, its length, and a remainder of 1 by 97; with or without spaces between groups.
  func iban(at start: Int) -> Range<Int>? {
    guard self[start + 1].isLetter, self[start + 2].isDigit || space(at: start + 2) > 0 else { return nil }
    guard let length = Self.lengths[text(start..<start + 2).uppercased()] else { return nil }
    var characters: [UInt8] = []
    characters.reserveCapacity(length)
    var index = start
    while characters.count < length {
      if self[index].isDigit || self[index].isLetter {
        characters.append(self[index])
        index += 1
      } else {
        let space = space(at: index)
        let between = space > 0 ? space : self[index] == UInt8(ascii: "-") ? 1 : 0
        guard between > 0, self[index + between].isDigit || self[index + between].isLetter else { return nil }
        index += between
      }
    }
    guard characters[2].isDigit, characters[3].isDigit, !isWord(at: index) else { return nil }
    var remainder = 0
    for character in characters[4...] + characters[..<4] {
      if character.isDigit {
        remainder = (remainder * 10 + Int(character - UInt8(ascii: "0"))) % 97
      } else {
        remainder = (remainder * 100 + Int((character | 0x20) - UInt8(ascii: "a")) + 10) % 97
      }
    }
    return remainder == 1 ? start..<index : nil
  }
}
