/// Brings a database to the schema that the program knows, one migration after the other.
package struct Migrator {
  private let migrations: [Migration]

  package init(_ migrations: [Migration]) {
    precondition(migrations.map(\.number) == Array(1..<(migrations.count + 1)), "migrations count from 1 without a gap")
    self.migrations = migrations
  }

  /// Applies what is missing; a resumable migration that was interrupted goes on where it was.
  /// - Throws: `newerSchema` when the file is ahead of this program, `migration` when a step or a check fails.
  package func migrate(_ database: Database) throws(StoreError) {
    let applied = try prepare(database)
    for migration in migrations.dropFirst(applied) {
      try guarding(migration, "apply") { try apply(migration, to: database) }
    }
  }

  /// Reverts the newest migrations until `number` is the last one applied.
  package func revert(_ database: Database, to number: Int) throws(StoreError) {
    let applied = try prepare(database)
    for migration in migrations.prefix(applied).dropFirst(number).reversed() {
      guard let revert = migration.revert else {
        throw StoreError(.migration, "migration \(migration.number) (\(migration.name)) cannot be reverted")
      }
      try guarding(migration, "revert") {
        try database.write { transaction in
          try revert(transaction)
          try Self.checkForeignKeys(transaction)
          try transaction.execute("DELETE FROM migration WHERE number = $1", [.integer(migration.number)])
        }
      }
    }
  }

  /// Makes the table of migrations, and compares it with what the program knows.
  /// - Returns: how many are applied in full.
  private func prepare(_ database: Database) throws(StoreError) -> Int {
    let recorded: [(number: Int, name: String, isDone: Bool)]
    do {
      recorded = try database.write { transaction in
        try transaction.execute(
          """
          CREATE TABLE IF NOT EXISTS migration(
            number INTEGER PRIMARY KEY, name TEXT NOT NULL, done INTEGER NOT NULL, progress INTEGER NOT NULL)
          """)
        return try transaction.all("SELECT number, name, done FROM migration ORDER BY number") { row in
          (Int(row.integer(0)), row.text(1), row.integer(2) != 0)
        }
      }
    } catch {
      throw error as? StoreError ?? StoreError(.migration, "the list of migrations cannot be read", cause: error)
    }
    guard recorded.count <= migrations.count else {
      throw StoreError(
        .newerSchema,
        "the database has schema \(recorded.count), this program knows \(migrations.count); use a newer program")
    }
    for (row, known) in zip(recorded, migrations) where row.number != known.number || row.name != known.name {
      throw StoreError(
        .migration, "the database records migration \(row.number) as “\(row.name)”, this program as “\(known.name)”")
    }
    return recorded.prefix { $0.isDone }.count
  }

  private func apply(_ migration: Migration, to database: Database) throws {
    switch migration.work {
    case .once(let body):
      try database.write { transaction in
        guard try !Self.isDone(migration, transaction) else { return }
        try body(transaction)
        try finish(migration, transaction)
      }
    case .stepwise(let step):
      for _ in 0..<Limits.migrationSteps {
        let isDone = try database.write { transaction in
          guard try !Self.isDone(migration, transaction) else { return true }
          let recorded = try transaction.first(
            "SELECT progress FROM migration WHERE number = $1", [.integer(migration.number)]
          ) { $0.integer(0) }
          if let progress = try step(transaction, recorded ?? 0) {
            try record(migration, isDone: false, progress: progress, transaction)
            return false
          }
          try finish(migration, transaction)
          return true
        }
        if isDone { return }
      }
      throw StoreError(.migration, "it does not come to an end")
    }
  }

  /// Whether it is applied in full. Another process may have opened the file at the same time, and have been faster.
  private static func isDone(
    _ migration: Migration, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Bool {
    try transaction.first("SELECT done FROM migration WHERE number = $1", [.integer(migration.number)]) {
      $0.integer(0) != 0
    } ?? false
  }

  private func finish(_ migration: Migration, _ transaction: borrowing WriteTransaction) throws {
    try migration.check?(transaction)
    try Self.checkForeignKeys(transaction)
    try record(migration, isDone: true, progress: 0, transaction)
  }

  private func record(
    _ migration: Migration, isDone: Bool, progress: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      """
      INSERT INTO migration(number, name, done, progress) VALUES($1, $2, $3, $4)
      ON CONFLICT(number) DO UPDATE SET done = excluded.done, progress = excluded.progress
      """,
      [.integer(migration.number), .text(migration.name), .integer(isDone ? 1 : 0), .integer(progress)])
  }

  private static func checkForeignKeys(_ transaction: borrowing WriteTransaction) throws(StoreError) {
    let broken = try transaction.first("PRAGMA foreign_key_check") { $0.text(0) }
    if let broken { throw StoreError(.constraint, "rows of \(broken) refer to rows that do not exist") }
  }

  /// Says which migration failed, and keeps what the file system or the engine said.
  private func guarding(_ migration: Migration, _ action: String, _ body: () throws -> Void) throws(StoreError) {
    do {
      try body()
    } catch {
      let cause = error as? StoreError
      let isOutside = cause.map { [.full, .readOnly, .locked, .corrupt, .inputOutput].contains($0.code) } ?? false
      throw StoreError(
        isOutside ? cause?.code ?? .migration : .migration,
        "cannot \(action) migration \(migration.number) (\(migration.name)), which is rolled back"
          + (cause.map { ": \($0.message)" } ?? ""),
        engineCode: cause?.engineCode ?? 0, cause: error)
    }
  }
}
