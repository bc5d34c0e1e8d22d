import HoldfastRPC
import HoldfastStore
import HoldfastSync
import HoldfastWire

/// Which errors ask for what.
extension Remedy {
  /// What helps against an error, at that depth of a chain: the error's own remedy, else the one of what it came of.
  init?(_ error: any Error, depth: Int = 1) {
    let own: Remedy? =
      switch error {
      case let error as SyncTransportError: Remedy(error)
      case let error as ReplicaError: Remedy(error.code)
      case let error as StoreError: Remedy(error.code)
      case let error as LinkError: Remedy(error.code)
      case let error as any CallFailing: Remedy(error.status)
      case is CancellationError: .wait
      default: nil
      }
    guard let chained = error as? any ChainedError else {
      guard let own else { return nil }
      self = own
      return
    }
    // The deeper one is the more precise, where it knows anything: a call fails for a certificate, a replica for its disk.
    let causes = depth < Limits.failureDepth ? chained.causes.prefix(Limits.failureCauses) : []
    let deeper = causes.lazy.compactMap { Remedy($0, depth: depth + 1) }.first { $0.party == .user }
    guard let remedy = deeper ?? own else { return nil }
    self = remedy
  }

  private init?(_ error: SyncTransportError) {
    switch error.fault {
    case .needs(.credential): self = .signIn
    case .needs(.access): self = .askForAccess
    case .needs(.program): self = .updateProgram
    case .needs(.incarnation): self = .wait
    case .unreachable: self = .wait
    case .refused: self = .report
    }
  }

  private init(_ status: Status) {
    switch status {
    case .unauthenticated: self = .signIn
    case .permissionDenied: self = .askForAccess
    case .unavailable, .deadlineExceeded, .aborted, .cancelled, .resourceExhausted, .unknown: self = .wait
    default: self = .report
    }
  }

  private init?(_ code: LinkError.Code) {
    switch code {
    case .certificateExpired, .wrongHost, .unknownAuthority, .wrongPin, .badCertificate, .noCommonProtocol, .tls,
      .refusedByPeer:
      self = .checkHub
    default: self = .wait
    }
  }

  private init?(_ code: ReplicaError.Code) {
    switch code {
    case .exists, .missing, .invalid, .notPossible: self = .changeRequest
    case .corrupt: self = .replaceFile
    case .wrongFile: self = .checkFile
    // What the store says counts.
    case .storage: return nil
    default: self = .report
    }
  }

  private init(_ code: StoreError.Code) {
    switch code {
    case .full: self = .freeSpace
    case .readOnly: self = .allowWriting
    case .locked: self = .endOtherProgram
    case .corrupt: self = .replaceFile
    case .cannotOpen, .inputOutput, .notDurable: self = .checkFile
    case .newerSchema: self = .updateProgram
    case .overloaded, .aborted, .outOfMemory: self = .wait
    default: self = .report
    }
  }
}

/// A failed call, whatever errors it declares.
protocol CallFailing {
  var status: Status { get }
}

extension CallError: CallFailing {}
