/// What stands between an entity's name and its body: `= "note" version 2 merge fields`.
struct EntityHeadSyntax: Sendable {
  /// The name that travels.
  let type: Name
  let version: NumberSyntax
  let merge: Name
}

/// `key id uuid`
struct KeySyntax: Sendable {
  let name: Name
  let type: Name
  let documentation: [String]
  let range: Range<Int>
}

/// `lane by folder`, `subject by author` or `collection diaries`: a word of the language and a name.
struct EntityLineSyntax: Sendable {
  let name: Name
  let range: Range<Int>
}

/// `upgrade 1 { drop 4  move 2 to 6 }`
struct UpgradeSyntax: Sendable {
  struct Step: Sendable {
    let number: NumberSyntax
    /// Nil when the field is dropped.
    let target: NumberSyntax?
    let range: Range<Int>
  }

  let version: NumberSyntax
  let steps: [Step]
  let range: Range<Int>
}
