#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

let status: ExitStatus
do {
  status = try Command(CommandLine.arguments.dropFirst()).run()
} catch let error as UsageError {
  Console.error("holdfast-codegen: \(error.message)\nTry holdfast-codegen --help.")
  status = .usage
} catch let error as FileError {
  Console.error("holdfast-codegen: \(error.message)")
  status = .failed
}
exit(status.rawValue)
