import FoundationEssentials
import HoldfastWire

/// Random messages of conformance.rpc that a seed repeats.
struct RandomMessages {
  var generator: SeededGenerator

  init(seed: UInt64) {
    generator = SeededGenerator(state: seed)
  }

  // MARK: Values

  mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &generator) < percent
  }

  mutating func below(_ bound: Int) -> Int {
    Int.random(in: 0..<bound, using: &generator)
  }

  /// Numbers of every length, and the ends of the range often.
  mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number {
    if chance(15) { return [Number.min, .max, 0, 1, 0 &- 1].randomElement(using: &generator) ?? 0 }
    let value = Number(truncatingIfNeeded: generator.next()) >> below(Number.bitWidth)
    return Number.isSigned && chance(50) ? 0 &- value : value
  }

  mutating func text() -> String {
    let alphabet = ["abcdefghijklmnop -", "äöüß€漢字", "a\u{0}😀\u{10ffff}\u{d7ff}\u{e000}"][below(3)].unicodeScalars
    let length = [0, 1, 7, 8, 9, 15, 16, 17, below(300)][below(9)]
    var text = String.UnicodeScalarView()
    for _ in 0..<length { text.append(alphabet.randomElement(using: &generator) ?? "a") }
    return String(text)
  }

  mutating func bytes() -> [UInt8] {
    (0..<[0, 1, 16, below(200)][below(4)]).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  mutating func identity() -> UUID {
    var value = UUIDCoding.zero.uuid
    value.0 = .random(in: 0...255, using: &generator)
    // Never zero, since protobuf would write those bytes.
    value.15 = .random(in: 1...255, using: &generator)
    return UUID(uuid: value)
  }

  mutating func moment() -> Timestamp {
    [Timestamp.earliest, .latest, Timestamp(seconds: integer() >> 28, nanoseconds: integer() >> 2)][below(3)]
  }

  mutating func span() -> Duration {
    let longest = Duration.seconds(315_576_000_000)
    return [longest, .zero - longest, .zero, .nanoseconds(integer(Int64.self)), .seconds(integer(Int32.self))][below(5)]
  }

  mutating func single() -> Float {
    if chance(20) { return [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude][below(6)] }
    let value = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
    return value.isNaN ? 0.25 : value
  }

  mutating func twofold() -> Double {
    if chance(20) { return [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude][below(6)] }
    let value = Double(bitPattern: generator.next())
    return value.isNaN ? 0.25 : value
  }

  mutating func colour() -> Colour {
    Colour(rawValue: [0, 1, 2, 300, 7, -1, .max, .min][below(8)])
  }

  // MARK: Shapes

  mutating func optional<Value>(_ make: (inout Self) -> Value) -> Value? {
    chance(50) ? make(&self) : nil
  }

  mutating func list<Value>(_ make: (inout Self) -> Value) -> [Value] {
    (0..<[0, 1, 2, below(40)][below(4)]).map { _ in make(&self) }
  }

  mutating func map<Key, Value>(_ key: (inout Self) -> Key, _ value: (inout Self) -> Value) -> [Key: Value] {
    Dictionary(list { (key(&$0), value(&$0)) }) { $1 }
  }

  // MARK: Messages

  /// A message of any of the types.
  mutating func message() -> any Message {
    switch below(9) {
    case 0: plain()
    case 1: optionals()
    case 2: defaults()
    case 3: lists()
    case 4: sets()
    case 5: maps(depth: 2)
    case 6: choice(depth: 3)
    case 7: tree(depth: 3)
    default:
      Everything(
        plain: plain(), optionals: optional { $0.optionals() }, defaults: defaults(), lists: lists(), sets: sets(),
        maps: maps(depth: 1), choices: list { $0.choice(depth: 1) }, tree: optional { $0.tree(depth: 2) })
    }
  }

  mutating func plain() -> Plain {
    if chance(10) { return Plain() }
    return Plain(
      flag: chance(50), int32: integer(), int64: integer(), uint32: integer(), uint64: integer(), sint32: integer(),
      sint64: integer(), fixed32: integer(), fixed64: integer(), sfixed32: integer(), sfixed64: integer(),
      single: single(), twofold: twofold(), text: text(), content: bytes(), identity: identity(), moment: moment(),
      span: span(), colour: colour(), twoBytes: integer(), threeBytes: integer(), last: integer())
  }

  mutating func optionals() -> Optionals {
    Optionals(
      flag: optional { $0.chance(50) }, int32: optional { $0.integer() }, int64: optional { $0.integer() },
      uint32: optional { $0.integer() }, uint64: optional { $0.integer() }, sint32: optional { $0.integer() },
      sint64: optional { $0.integer() }, fixed32: optional { $0.integer() }, fixed64: optional { $0.integer() },
      sfixed32: optional { $0.integer() }, sfixed64: optional { $0.integer() }, single: optional { $0.single() },
      twofold: optional { $0.twofold() }, text: optional { $0.text() }, content: optional { $0.bytes() },
      identity: optional { $0.identity() }, moment: optional { $0.moment() }, span: optional { $0.span() },
      colour: optional { $0.colour() }, plain: optional { $0.plain() })
  }

  mutating func defaults() -> Defaults {
    Defaults(
      flag: optional { $0.chance(50) }, int32: optional { $0.integer() }, uint64: optional { $0.integer() },
      twofold: optional { $0.twofold() }, text: optional { $0.text() }, colour: optional { $0.colour() })
  }

  mutating func lists() -> Lists {
    Lists(
      flag: list { $0.chance(50) }, int32: list { $0.integer() }, int64: list { $0.integer() },
      uint32: list { $0.integer() }, uint64: list { $0.integer() }, sint32: list { $0.integer() },
      sint64: list { $0.integer() }, fixed32: list { $0.integer() }, fixed64: list { $0.integer() },
      sfixed32: list { $0.integer() }, sfixed64: list { $0.integer() }, single: list { $0.single() },
      twofold: list { $0.twofold() }, text: list { $0.text() }, content: list { $0.bytes() },
      identity: list { $0.identity() }, moment: list { $0.moment() }, span: list { $0.span() },
      colour: list { $0.colour() }, plain: list { $0.plain() })
  }

  mutating func sets() -> Sets {
    Sets(
      flag: Set(list { $0.chance(50) }), int32: Set(list { $0.integer() }), uint64: Set(list { $0.integer() }),
      sint64: Set(list { $0.integer() }), fixed32: Set(list { $0.integer() }), sfixed64: Set(list { $0.integer() }),
      text: Set(list { $0.text() }), content: Set(list { $0.bytes() }), identity: Set(list { $0.identity() }),
      colour: Set(list { $0.colour() }))
  }

  mutating func maps(depth: Int) -> Maps {
    var maps = Maps(
      texts: map({ $0.text() }, { $0.text() }), flags: map({ $0.chance(50) }, { $0.twofold() }),
      int32: map({ $0.integer() }, { $0.bytes() }), int64: map({ $0.integer() }, { $0.chance(50) }),
      uint32: map({ $0.integer() }, { $0.integer() }), uint64: map({ $0.integer() }, { $0.integer() }),
      sint32: map({ $0.integer() }, { $0.single() }), sint64: map({ $0.integer() }, { $0.integer() }))
    maps.fixed32 = map({ $0.integer() }, { $0.integer() })
    maps.fixed64 = map({ $0.integer() }, { $0.integer() })
    maps.sfixed32 = map({ $0.integer() }, { $0.colour() })
    maps.sfixed64 = map({ $0.integer() }, { $0.identity() })
    maps.moments = map({ $0.text() }, { $0.moment() })
    maps.spans = map({ $0.text() }, { $0.span() })
    if depth > 0 { maps.messages = map({ $0.text() }, { $0.chance(30) ? $0.maps(depth: depth - 1) : Maps() }) }
    return maps
  }

  mutating func choice(depth: Int) -> Choice {
    switch below(7) {
    case 0: .text(text())
    case 1: .number(integer())
    case 2: .moment(moment())
    case 3: .colour(colour())
    case 4: .content(bytes())
    case 5: depth > 0 ? .tree(tree(depth: depth - 1)) : Choice()
    default: Choice()
    }
  }

  mutating func tree(depth: Int) -> Tree {
    if depth == 0 { return Tree(number: integer()) }
    return Tree(
      number: integer(), left: optional { $0.tree(depth: depth - 1) }, right: optional { $0.tree(depth: depth - 1) },
      children: list { $0.tree(depth: $0.below(depth)) }, choice: choice(depth: depth - 1))
  }
}

/// Random numbers that a seed repeats (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
