/// What a server has counted since its start.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counters {
    pub(crate) statements: u64,
    /// Statements that only read.
    pub(crate) reads: u64,
    /// Statements that insert or update.
    pub(crate) writes: u64,
    /// Rows that were inserted or updated.
    pub(crate) rows: u64,
    pub(crate) deadlocks: u64,
    /// Waits for locks: PostgreSQL those over 10 ms, MariaDB all.
    pub(crate) lock_waits: u64,
    pub(crate) lock_wait_millis: u64,
    pub(crate) refused_connections: u64,
    /// `None` for a server without heap-only tuples.
    pub(crate) tuples: Option<Tuples>,
    /// Bytes of the write-ahead log, or the redo log.
    pub(crate) log_bytes: u64,
}

/// The new versions of rows.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tuples {
    pub(crate) updated: u64,
    pub(crate) heap_only: u64,
}

impl Counters {
    /// Returns what was counted since an earlier reading.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            statements: self.statements.saturating_sub(earlier.statements),
            reads: self.reads.saturating_sub(earlier.reads),
            writes: self.writes.saturating_sub(earlier.writes),
            rows: self.rows.saturating_sub(earlier.rows),
            deadlocks: self.deadlocks.saturating_sub(earlier.deadlocks),
            lock_waits: self.lock_waits.saturating_sub(earlier.lock_waits),
            lock_wait_millis: self
                .lock_wait_millis
                .saturating_sub(earlier.lock_wait_millis),
            refused_connections: self
                .refused_connections
                .saturating_sub(earlier.refused_connections),
            tuples: self.tuples.map(|it| {
                let earlier = earlier.tuples.unwrap_or_default();
                Tuples {
                    updated: it.updated.saturating_sub(earlier.updated),
                    heap_only: it.heap_only.saturating_sub(earlier.heap_only),
                }
            }),
            log_bytes: self.log_bytes.saturating_sub(earlier.log_bytes),
        }
    }
}
