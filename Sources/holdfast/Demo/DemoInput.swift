/// What the demo stores: real texts and a real table.
enum DemoInput {
  /// Texts by key.
  static let texts: [(key: String, text: String)] = [
    ("texts/sonnet-18.txt", sonnet), ("texts/the-tyger.txt", tyger), ("texts/jabberwocky.txt", jabberwocky),
  ]

  /// The first 36 elements, with a column in which each of the demo's two editors counts.
  static var elements: String {
    let rows = elementRows.split(separator: "\n").map { $0 + ",0,0" }
    return (["number,symbol,name,weight,discovered,ann,bob"] + rows).joined(separator: "\n") + "\n"
  }

  private static let elementRows = """
    1,H,Hydrogen,1.008,1766
    2,He,Helium,4.0026,1868
    3,Li,Lithium,6.94,1817
    4,Be,Beryllium,9.0122,1798
    5,B,Boron,10.81,1808
    6,C,Carbon,12.011,ancient
    7,N,Nitrogen,14.007,1772
    8,O,Oxygen,15.999,1771
    9,F,Fluorine,18.998,1886
    10,Ne,Neon,20.180,1898
    11,Na,Sodium,22.990,1807
    12,Mg,Magnesium,24.305,1755
    13,Al,Aluminium,26.982,1825
    14,Si,Silicon,28.085,1824
    15,P,Phosphorus,30.974,1669
    16,S,Sulfur,32.06,ancient
    17,Cl,Chlorine,35.45,1774
    18,Ar,Argon,39.95,1894
    19,K,Potassium,39.098,1807
    20,Ca,Calcium,40.078,1808
    21,Sc,Scandium,44.956,1879
    22,Ti,Titanium,47.867,1791
    23,V,Vanadium,50.942,1801
    24,Cr,Chromium,51.996,1797
    25,Mn,Manganese,54.938,1774
    26,Fe,Iron,55.845,ancient
    27,Co,Cobalt,58.933,1735
    28,Ni,Nickel,58.693,1751
    29,Cu,Copper,63.546,ancient
    30,Zn,Zinc,65.38,1746
    31,Ga,Gallium,69.723,1875
    32,Ge,Germanium,72.630,1886
    33,As,Arsenic,74.922,1250
    34,Se,Selenium,78.971,1817
    35,Br,Bromine,79.904,1826
    36,Kr,Krypton,83.798,1898
    """

  /// William Shakespeare, 1609.
  private static let sonnet = """
    Shall I compare thee to a summer's day?
    Thou art more lovely and more temperate:
    Rough winds do shake the darling buds of May,
    And summer's lease hath all too short a date;
    Sometime too hot the eye of heaven shines,
    And often is his gold complexion dimm'd;
    And every fair from fair sometime declines,
    By chance or nature's changing course untrimm'd;
    But thy eternal summer shall not fade,
    Nor lose possession of that fair thou ow'st;
    Nor shall death brag thou wander'st in his shade,
    When in eternal lines to time thou grow'st:
    So long as men can breathe or eyes can see,
    So long lives this, and this gives life to thee.

    """

  /// William Blake, 1794.
  private static let tyger = """
    Tyger Tyger, burning bright,
    In the forests of the night;
    What immortal hand or eye,
    Could frame thy fearful symmetry?

    In what distant deeps or skies,
    Burnt the fire of thine eyes?
    On what wings dare he aspire?
    What the hand, dare seize the fire?

    And what shoulder, & what art,
    Could twist the sinews of thy heart?
    And when thy heart began to beat,
    What dread hand? & what dread feet?

    What the hammer? what the chain,
    In what furnace was thy brain?
    What the anvil? what dread grasp,
    Dare its deadly terrors clasp!

    When the stars threw down their spears
    And water'd heaven with their tears:
    Did he smile his work to see?
    Did he who made the Lamb make thee?

    Tyger Tyger burning bright,
    In the forests of the night:
    What immortal hand or eye,
    Dare frame thy fearful symmetry?

    """

  /// Lewis Carroll, 1871.
  private static let jabberwocky = """
    ’Twas brillig, and the slithy toves
    Did gyre and gimble in the wabe:
    All mimsy were the borogoves,
    And the mome raths outgrabe.

    “Beware the Jabberwock, my son!
    The jaws that bite, the claws that catch!
    Beware the Jubjub bird, and shun
    The frumious Bandersnatch!”

    He took his vorpal sword in hand;
    Long time the manxome foe he sought—
    So rested he by the Tumtum tree
    And stood awhile in thought.

    And, as in uffish thought he stood,
    The Jabberwock, with eyes of flame,
    Came whiffling through the tulgey wood,
    And burbled as it came!

    One, two! One, two! And through and through
    The vorpal blade went snicker-snack!
    He left it dead, and with its head
    He went galumphing back.

    “And hast thou slain the Jabberwock?
    Come to my arms, my beamish boy!
    O frabjous day! Callooh! Callay!”
    He chortled in his joy.

    ’Twas brillig, and the slithy toves
    Did gyre and gimble in the wabe:
    All mimsy were the borogoves,
    And the mome raths outgrabe.

    """
}
