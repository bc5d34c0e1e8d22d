import Foundation

// A device of the end-to-end tests: a replica, changed at random, under a hub that comes and goes. The test tells it by
// lines what to do, reads lines of what it did, and kills it when it likes. With `keeper` as its first word it is a program
// that keeps its state in a file.

if CommandLine.arguments.dropFirst().first == "keeper" {
  do {
    exit(try await Keeper.run(Array(CommandLine.arguments.dropFirst(2))))
  } catch {
    FileHandle.standardError.write(Data("keeper: \(error)\n".utf8))
    exit(1)
  }
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
