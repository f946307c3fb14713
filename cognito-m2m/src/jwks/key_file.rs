use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::configured_keys::ConfiguredKeys;
use super::error::KeyFileError;
use super::fetch::FetchLimits;
use super::key_set::KeySet;
use crate::error_chain::causes;
use crate::regular_file::{self, FileError};
use crate::time::Clock;

/// Reads the JWK Set in a file. A key that `previous` contains too is reused.
pub(crate) fn read_key_file(
    path: &Path,
    limits: FetchLimits,
    previous: Option<&KeySet>,
) -> Result<KeySet, KeyFileError> {
    let mut text = Vec::new();
    regular_file::read(path, limits.max_bytes, &mut text).map_err(|error| match error {
        FileError::Read(error) => error.into(),
        FileError::NotRegular => KeyFileError::NotAFile,
        FileError::TooLarge => KeyFileError::TooLarge(limits.max_bytes),
    })?;
    Ok(KeySet::parse(&text, limits.max_keys, previous)?)
}

/// The background task that reads `jwks_file` again while no keys are fetched.
pub(crate) struct KeyFileTask {
    pub(crate) pool: Arc<str>,
    pub(crate) path: PathBuf,
    pub(crate) limits: FetchLimits,
    /// The setting `jwks_ttl`.
    pub(crate) interval: Duration,
    pub(crate) keys: ConfiguredKeys,
    pub(crate) clock: Arc<dyn Clock>,
}

impl KeyFileTask {
    pub(crate) async fn run(self) {
        let mut reading = None;
        loop {
            let next = self.clock.now().after(self.interval);
            self.clock.sleep_until_either(next).await;
            let read = self.read(&mut reading).await;
            if let Err(error) = &read {
                let cause = causes(error);
                tracing::warn!(pool = %self.pool, %error, cause, retry_in = ?self.interval, "failed to read `jwks_file` again, so the previous keys stay in use");
            }
            self.keys.record(read, self.clock.now());
        }
    }

    /// Reads the file on a thread for blocking calls, since the file system may be slow. While an earlier
    /// attempt hangs, no other one is started.
    async fn read(&self, reading: &mut Option<Reading>) -> Result<KeySet, KeyFileError> {
        let read = reading.get_or_insert_with(|| {
            let (path, limits, previous) = (self.path.clone(), self.limits, self.keys.keys());
            spawn_blocking(move || read_key_file(&path, limits, Some(&previous)))
        });
        let Ok(read) = timeout(self.limits.timeout, read).await else {
            return Err(KeyFileError::Timeout);
        };
        *reading = None;
        read.unwrap_or_else(|panic| Err(std::io::Error::other(panic).into()))
    }
}

/// An attempt to read the file.
type Reading = JoinHandle<Result<KeySet, KeyFileError>>;
