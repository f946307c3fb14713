use std::path::Path;

use super::Failure;
use super::counters::Counters;

/// A database server for one run.
pub(crate) trait Server: Sized {
    const NAME: &'static str;

    /// Starts a server with an empty database, whose files are in this directory.
    async fn start(directory: &Path, max_connections: u32) -> Result<Self, Failure>;

    /// Returns the URL with which the instances connect.
    fn url(&self) -> &str;

    /// Empties the table, which is created first if it doesn't exist, and creates or drops the index on
    /// `last_seen_at`.
    async fn prepare(&mut self, has_index: bool) -> Result<(), Failure>;

    async fn counters(&mut self) -> Result<Counters, Failure>;

    async fn sessions(&mut self) -> Result<Sessions, Failure>;
}

/// The sessions of the instances at one moment.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sessions {
    pub(crate) all: u64,
    /// Those that wait for a lock.
    pub(crate) waiting: u64,
}
