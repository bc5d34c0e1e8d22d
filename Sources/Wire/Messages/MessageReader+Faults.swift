extension MessageReader {
  /// A fault at the place where the reader is.
  @usableFromInline @inline(never)
  func failure(_ code: MessageDecodingError.Code, _ message: String) -> MessageDecodingError {
    MessageDecodingError(code, message, path: tag == 0 ? [] : [tag >> 3], offset: position - start)
  }

  @usableFromInline @inline(never)
  func endsInside(_ what: String) -> MessageDecodingError {
    failure(.truncated, "the message ends inside \(what)")
  }

  @usableFromInline @inline(never)
  func tooLong(_ length: UInt64) -> MessageDecodingError {
    failure(.truncated, "a length of \(length) bytes, where \(end - position) are left")
  }

  @usableFromInline @inline(never)
  func tooDeep() -> MessageDecodingError {
    failure(.tooDeep, "too many messages stand inside one another")
  }

  @usableFromInline @inline(never)
  func tooManyElements() -> MessageDecodingError {
    failure(.tooManyElements, "the lists, sets and maps of the message hold too many elements")
  }
}
