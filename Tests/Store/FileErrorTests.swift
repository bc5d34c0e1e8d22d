import Testing

@testable import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct `Files that the system refuses` {
  @Test func `where there is no room, it is said what to do`() {
    errno = ENOSPC
    #expect(FileError("write", "hub/token").description.hasSuffix("; free some space"))
    errno = EACCES
    #expect(FileError("write", "hub/token").description == "cannot write hub/token: permission denied")
  }
}
