import Foundation

// A device of the end-to-end tests: a replica, changed at random, under a hub that comes and goes. The test tells it by
// lines what to do, reads lines of what it did, and kills it when it likes. With `keeper` as its first word it is a program
// that keeps its state in a file, with `mover` one that brings what is in a file to a newer version, with `presser` one whose
// adapter meets a system that refuses.

let (role, words) = (CommandLine.arguments.dropFirst().first, Array(CommandLine.arguments.dropFirst(2)))
do {
  if role == "keeper" { exit(try await Keeper.run(words)) }
  if role == "presser" {
    try await Presser.run(words)
    exit(0)
  }
  if role == "mover", let file = words.first {
    try await Mover.run(file)
    exit(0)
  }
} catch {
  FileHandle.standardError.write(Data("\(role ?? ""): \(error)\n".utf8))
  exit(1)
}
guard let options = DeviceOptions(CommandLine.arguments.dropFirst()) else {
  FileHandle.standardError.write(Data("a device needs: name, replica, hub, authority, token, seed [, shelf]\n".utf8))
  exit(2)
}
do {
  try await Device.open(options).run()
} catch {
  FileHandle.standardError.write(Data("\(options.name): \(error)\n".utf8))
  exit(1)
}
