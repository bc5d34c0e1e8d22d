internal import HoldfastSDK
internal import HoldfastStore

/// Programs beside each other on one file, and programs that are killed in the middle of what they do.
extension SimulatedWorld {
  /// Another program opens a device's file, as the part of an application that runs in the background does.
  func openNeighbour(_ number: Int) throws {
    try onDevice(number) { device in
      guard !device.hasNeighbour else { return }
      try device.openNeighbour(at: now)
      note("device \(number): another program opens the file")
      cover(.neighbourOpened)
    }
  }

  /// A program was killed. If it was the one that syncs, the other takes over, if there is one.
  func bury(_ number: Int) throws {
    let device = devices[number]
    let life = device.generation
    note("device \(number): a program is killed")
    cover(.deviceKilled)
    do {
      guard try device.bury(at: now) else {
        disconnect(number)
        return plan(.startDevice(number), in: chance(4_000))
      }
    } catch {
      guard !device.hasPower || error.isOfFullDisk else { return fail("device \(number): \(error)") }
      disconnect(number)
      if device.hasPower { device.crash() } else { device.powerDown() }
      return plan(.startDevice(number), in: chance(4_000))
    }
    guard device.generation != life else { return }
    disconnect(number)
    note("device \(number): the other program takes over")
    cover(.neighbourTookOver)
    plan(.network(number, isUp: true), in: chance(300))
  }
}

extension Error {
  /// Whether nothing was written because there is no room.
  var isOfFullDisk: Bool { (self as? StoreError)?.code == .full }
}
