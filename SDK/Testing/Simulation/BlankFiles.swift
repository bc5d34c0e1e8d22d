internal import HoldfastSDK
internal import HoldfastServer
internal import HoldfastStore

/// Databases as their programs make them at first. Most simulated files begin as copies, which spares a world the migrations.
enum BlankFiles {
  static let hub = made("hub", Schema.migrations)
  static let replica = made("replica", ReplicaSchema.migrations)

  /// The disk on which an orderly program has left a new database.
  private static func made(_ path: String, _ migrations: [Migration]) -> Result<LosingDisk, any Error> {
    let disk = LosingDisk(seed: 0)
    var options = StoreOptions()
    options.vfs = disk.name
    return Result {
      _ = try Database(path: path, options: options, migrations: migrations)
      return disk
    }
  }
}
