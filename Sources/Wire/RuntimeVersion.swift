/// What generated files demand of this module. Each names the generation that it was generated for, so that a
/// generated file and a runtime that do not fit fail to compile instead of failing at run time.
public enum RuntimeVersion {
  /// Messages in one pass from the back, descriptors with limits, `CallError` with declared failures.
  public static let generation1: Void = ()
}
