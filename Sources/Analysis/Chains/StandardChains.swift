extension ChainCatalog {
  /// The chains that come with Holdfast.
  public static let standard = ChainCatalog([
    KeywordsChain(), LanguageChain(), PersonalDataChain(), SentimentChain(), StatisticsChain(),
  ])
}
