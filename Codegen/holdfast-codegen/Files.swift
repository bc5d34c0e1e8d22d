import HoldfastCompiler

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that could not be read or written.
struct FileError: Error {
  let message: String
}

/// The files that the commands read and write.
enum Files {
  /// A definition file; the error says why it cannot be one.
  static func source(_ path: String) throws(FileError) -> SourceFile {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(message: "cannot read \(path)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw FileError(message: "\(path) is not UTF-8 text")
    }
    return SourceFile(path: path, text: text)
  }

  static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).flatMap { String(validating: $0, as: UTF8.self) }
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    #if canImport(FoundationEssentials)
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    #else
      var flag: ObjCBool = false
      isFolder = FileManager.default.fileExists(atPath: path, isDirectory: &flag) && flag.boolValue
      return isFolder
    #endif
  }

  /// The definition files in `path`, or `path` itself when it is a file. Sorted, without hidden folders.
  static func definitions(in path: String) throws(FileError) -> [String] {
    guard isFolder(path) else { return [path] }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw FileError(message: "cannot read the folder \(path)")
    }
    var found: [String] = []
    for name in names where !name.hasPrefix(".") {
      let inner = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
      if isFolder(inner) {
        found += try definitions(in: inner)
      } else if name.hasSuffix(".rpc") {
        found.append(inner)
      }
    }
    return found
  }

  /// Writes `bytes` unless the file holds them already. Returns whether it was written.
  @discardableResult
  static func write(_ bytes: [UInt8], to path: String) throws(FileError) -> Bool {
    if let old = FileManager.default.contents(atPath: path), Array(old) == bytes { return false }
    do {
      if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
        try FileManager.default.createDirectory(atPath: String(path[..<slash]), withIntermediateDirectories: true)
      }
      try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw FileError(message: "cannot write \(path)")
    }
    return true
  }
}

/// `write(2)`, by a name that does not meet `Data.write`.
func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
