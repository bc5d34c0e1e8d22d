/// An error that a definition file declares; it travels as a message of its own.
public protocol DeclaredError: Message, Error {
  /// The package that declares it.
  static var package: String { get }
  /// Its number within the package.
  static var number: UInt32 { get }
}

/// The declared errors of one call. A call that declares none has `Never`.
public protocol DeclaredFailure: Error, Hashable {
  /// The error with this identity, or nil when the call does not declare it. `payload` is valid during the call only.
  init?(package: String, number: UInt32, payload: UnsafeRawBufferPointer) throws(MessageDecodingError)
  /// The one that it is.
  var error: any DeclaredError { get }
}

extension Never: DeclaredFailure {
  public init?(package: String, number: UInt32, payload: UnsafeRawBufferPointer) throws(MessageDecodingError) {
    return nil
  }
  public var error: any DeclaredError {
    switch self {}
  }
}
