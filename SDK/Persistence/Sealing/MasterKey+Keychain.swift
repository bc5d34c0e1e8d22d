#if canImport(Security)
  import HoldfastCrypto
  import Security

  #if canImport(FoundationEssentials)
    import FoundationEssentials
  #else
    import Foundation
  #endif

  extension MasterKey {
    /// 32 random bytes in the user's keychain, which never leave this device; made when there are none.
    ///
    /// - Parameters:
    ///   - service: what the item is for, such as the program's bundle identifier.
    ///   - account: which of the program's places it unlocks.
    ///   - asksForPresence: whether the system asks for a finger, a face or the device's passcode each time that the key is
    ///     read. Set when the item is made; one that exists is as it was made. The wait blocks.
    public static func keychain(
      service: String, account: String, asksForPresence: Bool = false
    ) throws(StorageError) -> MasterKey {
      let item: [CFString: Any] = [
        kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: account,
        kSecUseDataProtectionKeychain: true,
      ]
      if let found = try read(item) { return .bytes(found) }
      let bytes: [UInt8]
      do { bytes = try Random.bytes(SealingKey.size) } catch { throw StorageError(error, "no master key can be made") }
      var new = item
      new[kSecValueData] = Data(bytes)
      if asksForPresence {
        guard
          let control = SecAccessControlCreateWithFlags(
            nil, kSecAttrAccessibleWhenUnlockedThisDeviceOnly, .userPresence, nil)
        else { throw refusal(errSecParam, "cannot ask for presence") }
        new[kSecAttrAccessControl] = control
      } else {
        new[kSecAttrAccessible] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
      }
      let status = SecItemAdd(new as CFDictionary, nil)
      if status == errSecDuplicateItem, let found = try read(item) {
        // Another process has made it meanwhile.
        return .bytes(found)
      }
      guard status == errSecSuccess else { throw refusal(status, "cannot keep the master key") }
      return .bytes(bytes)
    }

    private static func read(_ item: [CFString: Any]) throws(StorageError) -> [UInt8]? {
      var query = item
      query[kSecReturnData] = true
      var found: CFTypeRef?
      let status = SecItemCopyMatching(query as CFDictionary, &found)
      if status == errSecItemNotFound { return nil }
      guard status == errSecSuccess, let data = found as? Data else {
        throw refusal(status, "does not give the master key")
      }
      return [UInt8](data)
    }

    private static func refusal(_ status: OSStatus, _ what: String) -> StorageError {
      let words = SecCopyErrorMessageString(status, nil) as String? ?? "no details"
      return StorageError(.notPermitted, "the keychain \(what): \(words) (\(status))")
    }
  }
#endif
