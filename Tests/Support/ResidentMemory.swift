/// What the size of a process tells of the memory that it holds.
public enum ResidentMemory {
  /// Whether it tells anything. Under a sanitizer it does not: that keeps what was freed, to see who still uses it, and
  /// notes of everything.
  public static var isTelling: Bool {
    #if ADDRESS_SANITIZER || THREAD_SANITIZER
      false
    #else
      true
    #endif
  }
}
