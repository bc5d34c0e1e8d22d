/// Every bound of this module, with its unit in its name or beside it.
enum Limits {
  // MARK: CSV

  /// What a field, a record and its number of fields are limited to where nothing else is said.
  static let csvFieldBytes = 1 << 20
  static let csvRecordBytes = 16 << 20
  static let csvRecordFields = 1 << 16
  static let csvProblemsPerKind = 20

  /// The least that a field may be limited to, so that every character fits; and the most that a record may.
  static let csvSmallestField = 4
  static let csvLargestRecord = 1 << 30

  /// Bytes of text that are split in one go, and come to the caller as one batch: few enough to stay in the processor's
  /// second cache together with where their fields are.
  static let csvPieceBytes = 64 << 10

  /// Bytes that are looked at together. The text has so many bytes after its end that may be read.
  static let csvBlockBytes = 64

  /// What is looked at to find out how a file is read: bytes, records where that many are in fewer bytes, and fields of
  /// each.
  static let csvDetectionBytes = 1 << 20
  static let csvDetectionRecords = 200
  static let csvDetectionColumns = 1_000

  /// Objects and arrays in each other, up to which a beginning is known as JSON.
  static let jsonDepth = 256

  // MARK: Profile

  /// Bytes that are kept of a value: of a frequent one, and of a sample.
  static let keptTextBytes = 256
  /// Numbers that a sketch of quantiles sorts before it takes only some of those that come.
  static let quantileSampleNumbers = 1 << 15
  /// Bytes of a number that is read as a decimal with an exponent or very many digits.
  static let profiledNumberBytes = 400
  /// Values that a report names, and bars of a histogram.
  static let reportedValues = 10
  static let histogramBins = 12
  /// What a checkpoint may say.
  static let distinctPrecisions = 4...18
  static let quantileRooms = 16...4096
  static let frequentRooms = 8...65_536
  static let sampleRooms = 1...4096

  // MARK: Chains/Sentiment

  /// Entries that the lexicon may have: words with their forms, and phrases with their beginnings.
  static let lexiconWords = 1 << 14
  static let lexiconPhrases = 1 << 12

  // MARK: Chains/Keywords

  /// Words of a phrase, bytes of a word, and keywords of a text.
  static let keywordWords = 3
  static let keywordBytes = 64
  static let keywordsOfText = 10

  /// Words by which the language of a text is told.
  static let keywordLanguageWords = 1_000

  /// Keywords of a column that are counted, from the moment on when there are twice as many; and those that are
  /// reported.
  static let keywordsOfColumn = 2_000
  static let keywordsReported = 50

  // MARK: Chains/Language

  /// How much of a text is read to tell its language, in characters of it: more makes nothing surer.
  static let languageCharacters = 2_000

  /// The fewest letters that tell a language by their sequence, and the fewest of a script that is one language's own.
  static let languageLetters = 12
  static let scriptLetters = 2

  /// Languages of a summary, and bytes of the name of one: a summary comes from workers.
  static let languages = 64
  static let languageBytes = 16

  // MARK: Chains/PersonalData

  /// Places of one text that are told one by one; all are counted.
  static let personalPlaces = 100

  /// How far is looked back for a word that tells what a number is, in bytes.
  static let contextBytes = 48

  /// The parts of a mail address, in bytes (RFC 5321 and 1035).
  static let mailLocalBytes = 64
  static let mailDomainBytes = 253
  static let mailLabelBytes = 63

  /// What a number of a phone may have: digits (E.164 has 15, and there are trunk zeros), groups of them, bytes with
  /// what stands between.
  static let phoneDigits = 17
  static let phoneGroups = 8

  // MARK: Chains/Statistics

  /// Words by which it is told how many of them are different: the share falls with the length, so that all long texts
  /// are told by as many.
  static let typeWords = 1_000

  // MARK: Estimate

  /// Digits behind the point of an amount, and of a price of 1,000 tokens: a thousandth of a price is still exact.
  static let amountDigits = 12
  static let priceDigits = 9

  /// The highest price of 1,000 tokens: times all tokens that can be counted, it still fits an amount.
  static let highestPrice: Int128 = 1_000_000

  /// Past runs that are remembered, and from how many of a chain on those of others do not count for it.
  static let pastRuns = 32
  static let ownRuns = 3

  /// By how much a run may count as slower or faster than was thought: what took ten times as long was a laptop that
  /// slept.
  static let farthestRatio = 4.0

  /// What a block of a sample may hold: more is no measurement.
  static let blockTexts = 1 << 40
  static let blockBytes = 1 << 50
  static let blockSeconds = 1e9

  /// The widest that bounds are, as a deviation of the logarithm: 90% then reach over a factor of 100 to either side.
  static let deviation = 3.0

  /// Stretches of a run that are told apart; when there are more, neighbours become one.
  static let stretches = 64

  /// From so many blocks on, their spread is trusted, and from so many on a cost of each byte is told from a cost of
  /// each text.
  static let spreadBlocks = 4
  static let slopeBlocks = 8

  /// Groups of blocks that were timed one after the other, whose sums are compared.
  static let turnGroups = 8
}
