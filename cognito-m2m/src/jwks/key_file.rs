use std::fs::{self, File};
use std::io::Read;
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
use crate::time::Clock;

/// Reads the JWK Set in a file. A key that `previous` contains too is reused.
pub(crate) fn read_key_file(
    path: &Path,
    limits: FetchLimits,
    previous: Option<&KeySet>,
) -> Result<KeySet, KeyFileError> {
    let max_bytes = u64::try_from(limits.max_bytes).unwrap_or(u64::MAX);
    // Opening a named pipe would wait for a writer.
    if !fs::metadata(path)?.is_file() {
        return Err(KeyFileError::NotAFile);
    }
    let mut text = Vec::new();
    File::open(path)?
        .take(max_bytes.saturating_add(1))
        .read_to_end(&mut text)?;
    if text.len() > limits.max_bytes {
        return Err(KeyFileError::TooLarge(limits.max_bytes));
    }
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
