/// Every bound of the module, in one place.
enum Limits {
  /// Certificates in one PEM text.
  static let certificatesPerText = 512
  /// Host names and addresses in a certificate that is issued here.
  static let hostsPerCertificate = 100
  /// Bytes of a host name (RFC 1035 section 2.3.4).
  static let hostNameBytes = 253
  /// Bytes of a common name (RFC 5280, ub-common-name).
  static let commonNameBytes = 64
  /// Random bytes of a serial number: 128 bits.
  static let serialBytes = 16
  /// The most that a passphrase may cost: what is read from a file must not make a program take all memory.
  static let scryptRounds: UInt64 = 1 << 20
  static let scryptBlockSize: UInt32 = 32
  static let scryptLanes: UInt32 = 16
  /// Bytes of memory for it.
  static let scryptMemory: UInt64 = 1 << 30
}
