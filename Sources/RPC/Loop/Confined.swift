/// State of an object that is touched on one loop only, and by one function at a time.
///
/// A class's stored properties are watched at run time for functions that change them at the same time. For state that
/// every call changes several times this costs as much as the changes themselves; here it is left out. So `value` may
/// hold only what never calls out: protocol machines, queues.
struct Confined<State: ~Copyable>: ~Copyable {
  private let state: UnsafeMutablePointer<State>

  init(_ initial: consuming State) {
    state = .allocate(capacity: 1)
    state.initialize(to: initial)
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  var value: State {
    @inline(__always) _read { yield state.pointee }
    @inline(__always) nonmutating _modify { yield &state.pointee }
  }
}
