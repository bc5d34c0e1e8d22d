extension PersonalDataScanner {
  /// A phone's number: with its country, or in a form that is common within one; where a word before says that it is
  /// one, in any form.
  func phone(at start: Int) -> Range<Int>? {
    guard mayBeginPhone(at: start), var candidate = PhoneCandidate(self, at: start) else { return nil }
    let words = words(before: start)
    candidate.isCalled = words.contains(where: PhoneWords.calling.contains)
    candidate.isOther =
      !candidate.isCalled && (words.contains(where: PhoneWords.other.contains) || self[start - 1] == UInt8(ascii: "#"))
    if ends(candidate), candidate.isPhone { return start..<candidate.end }
    // What follows after a space may be another number.
    guard candidate.dropLastGroup(), candidate.isPhone, ends(candidate) else { return nil }
    return start..<candidate.end
  }

  private func mayBeginPhone(at start: Int) -> Bool {
    let before = self[start - 1]
    guard !"./-=&$,_\\*^@~".utf8.contains(before),
      !(before == UInt8(ascii: "+") || before == UInt8(ascii: "(") && start > 1 && isWord(before: start - 1))
    else {
      return before == UInt8(ascii: ",") && !self[start - 2].isDigit
    }
    if before == UInt8(ascii: "("), self[start].isDigit { return false }
    if self[start] == UInt8(ascii: ":") { return false }
    guard self[start] != UInt8(ascii: "+") else { return true }
    // The next group of a longer number.
    let isAfterSpace = before == UInt8(ascii: " ")
    return !(isAfterSpace && self[start - 2].isDigit) && !(before == UInt8(ascii: ":") && self[start - 2].isDigit)
  }

  private func ends(_ candidate: PhoneCandidate) -> Bool {
    let end = candidate.end
    if isWord(at: end) || "@%".utf8.contains(self[end]) { return false }
    if self[end] == 0xe2, self[end + 1] == 0x82, self[end + 2] == 0xac { return false }
    return !(":,.-/".utf8.contains(self[end]) && self[end + 1].isDigit)
  }
}

/// Words beside which a number is read.
enum PhoneWords {
  static let calling: Set<String> = [
    "tel", "telefon", "telefone", "telefono", "teléfono", "téléphone", "telephone", "telefonnummer", "telefoon",
    "phone",
    "phones", "fone", "mobile", "mobil", "mob", "móvil", "portable", "cell", "cellphone", "cellulare", "celular",
    "handy",
    "call", "called", "calling", "ring", "dial", "sms", "fax", "whatsapp", "hotline", "appelez", "appeler",
    "rufen", "anrufen", "ruf", "llame",
    "llámame", "chiama", "chiamare", "ligue", "bel", "puhelin", "puh", "numer", "тел", "телефон", "телефону",
    "звоните",
  ]

  static let other: Set<String> = [
    "order", "orders", "invoice", "id", "ids", "no", "nr", "num", "ref", "reference", "isbn", "issn", "ean", "upc",
    "sku", "ticket",
    "tracking", "serial", "account", "konto", "bestellung", "bestellnummer", "rechnung", "kundennummer", "commande",
    "facture", "pedido",
    "article", "artikel", "part", "item", "case", "imei", "iccid", "patent", "doi", "version", "code", "batch", "lot",
    "parcel",
    "timestamp", "barcode", "policy", "customer", "transaction", "booking", "заказ", "заказа", "счёт", "price", "total",
    "population",
  ]
}
