/// What every transaction can do: ask.
public protocol Transaction: ~Copyable {
  /// The connection on which the transaction runs.
  var connection: any DriverConnection { get }
}

extension Transaction where Self: ~Copyable {
  /// The first row of the answer, as `read` makes it, or nil when there is none.
  @inlinable
  public func first<Value>(
    _ sql: SQL, _ parameters: [SQLValue] = [], _ read: (borrowing Row) throws(StoreError) -> Value
  ) throws(StoreError) -> Value? {
    var found: Value?
    _ = try connection.run(sql, parameters) { (row) throws(StoreError) in
      found = try read(Row(row))
      return false
    }
    return found
  }

  /// Every row of the answer. The statement bounds how many there are.
  @inlinable
  public func all<Value>(
    _ sql: SQL, _ parameters: [SQLValue] = [], _ read: (borrowing Row) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    var found: [Value] = []
    _ = try connection.run(sql, parameters) { (row) throws(StoreError) in
      found.append(try read(Row(row)))
      return true
    }
    return found
  }

  /// Lends the rows one after the other until `body` returns false.
  @inlinable
  public func forEach(
    _ sql: SQL, _ parameters: [SQLValue] = [], _ body: (borrowing Row) throws(StoreError) -> Bool
  ) throws(StoreError) {
    _ = try connection.run(sql, parameters) { (row) throws(StoreError) in try body(Row(row)) }
  }
}

/// A consistent view of the database at one moment. Valid while the closure that received it runs.
public struct ReadTransaction: Transaction, ~Copyable {
  public let connection: any DriverConnection

  init(on connection: any DriverConnection) { self.connection = connection }
}

/// A job's part of a transaction that writes. Valid while the job runs; everything the job did is undone when it throws.
public struct WriteTransaction: Transaction, ~Copyable {
  public let connection: any DriverConnection
  private let memory: GroupMemory

  init(on connection: any DriverConnection, memory: GroupMemory) {
    self.connection = connection
    self.memory = memory
  }

  /// Runs a statement that changes rows.
  /// - Returns: how many rows it inserted, changed or deleted.
  @discardableResult
  public func execute(_ sql: SQL, _ parameters: [SQLValue] = []) throws(StoreError) -> Int {
    try expectOpen()
    return try connection.run(sql, parameters) { (_) throws(StoreError) in true }
  }

  /// Inserts rows, many with one statement: that costs less than one statement for each.
  /// - Parameters:
  ///   - sql: `INSERT INTO table (columns) VALUES`, without what comes after that.
  ///   - width: how many columns there are.
  ///   - values: those of the rows, one row after the other.
  public func insert(_ sql: SQL, width: Int, _ values: [SQLValue]) throws(StoreError) {
    try expectOpen()
    try connection.insert(sql, width: width, values)
  }

  /// An engine that ended the transaction would apply each further statement on its own.
  private func expectOpen() throws(StoreError) {
    guard connection.isInTransaction else {
      throw StoreError(.aborted, "the transaction has ended by an earlier error; nothing in it was kept")
    }
  }

  /// Says that `space` has reached `sequence`. Observers hear of it once this transaction is durable, or never.
  public func announce(space: Int64, sequence: Int64) {
    memory.append(CommitNotice(space: space, sequence: sequence))
  }

  /// Whether each job writes its rows itself. Otherwise what the jobs share in memory may write them together in its
  /// `flush`: when a row breaks a constraint there, all jobs run again in a transaction where this is true.
  public var isCareful: Bool { memory.isCareful }

  /// What the jobs of this group share in memory: the group's one `State`. Not to be kept beyond the job.
  public func shared<State: GroupState>(_ type: State.Type) -> State { memory.state(type) }
}
