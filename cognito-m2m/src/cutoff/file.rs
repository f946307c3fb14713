use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use super::blocking::Blocking;
use super::error::CutoffError;
use super::file_content;
use super::file_update::{LockedFile, failure};
use super::interface::{CutoffFuture, CutoffStore};
use super::one_per_client::one_per_client;
use super::reason::storable;
use super::value::Cutoff;
use crate::qualified_client_id::QualifiedClientId;
use crate::regular_file::{self, FileError};

/// The maximum size of the file, enough for 10,000 cut-offs with long reasons.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A cut-off store in a JSON file, for an API without a database.
///
/// The file contains an array with an object for each client. `reason` and `set_at` are optional. The
/// times are in the format of RFC 3339, with any offset from UTC. An unknown member is an error.
///
/// ```json
/// [
///   {
///     "client_id": "sync-worker",
///     "tokens_issued_before": "2026-11-26T12:00:00Z",
///     "reason": "the secret has leaked",
///     "set_at": "2026-11-26T11:59:58Z"
///   }
/// ]
/// ```
///
/// An empty array means that no client is cut off. A file that is missing, invalid, or larger than
/// 16 MiB cannot be read, and the last known cut-offs stay in use: a volume that has been unmounted must
/// not lift them. If a client has several entries, the latest time applies.
///
/// [`set`](CutoffStore::set) and [`lift`](CutoffStore::lift) replace the whole file, so other processes
/// read either the old or the new content. They lock a file beside it with the extension `.lock`, and
/// keep the permissions of the file. A symbolic link stays a link. A file that they create has the
/// default permissions of the process.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
///
/// use cognito_m2m::cutoff::{Cutoff, CutoffFile, CutoffStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("cutoffs-{}.json", std::process::id()));
/// let cutoffs = CutoffFile::new(&path);
/// cutoffs.create_if_missing().await?;
/// let cutoff = Cutoff::new("sync-worker", SystemTime::now())?;
/// cutoffs.set(cutoff.because("the secret has leaked")).await?;
/// assert_eq!(cutoffs.read().await?.len(), 1);
/// # std::fs::remove_file(&path)?;
/// # std::fs::remove_file(path.with_extension("json.lock"))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CutoffFile {
    path: Arc<Path>,
    reads: Blocking,
    writes: Blocking,
}

impl CutoffFile {
    /// Creates a store for the file at this path, without opening it yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into().into(),
            reads: Blocking::default(),
            writes: Blocking::default(),
        }
    }

    /// Creates the file with an empty list if it does not exist.
    ///
    /// # Errors
    ///
    /// Returns [`CutoffError`] if the file cannot be created.
    pub async fn create_if_missing(&self) -> Result<(), CutoffError> {
        self.update(|file| {
            if fs::exists(file.path()).map_err(|error| failure("find", file.path(), error))? {
                return Ok(());
            }
            file.replace(&[])
        })
        .await
    }

    async fn update<T: Send + 'static>(
        &self,
        update: impl FnOnce(&LockedFile) -> Result<T, CutoffError> + Send + 'static,
    ) -> Result<T, CutoffError> {
        let path = Arc::clone(&self.path);
        self.writes
            .run(move || update(&LockedFile::lock(&path)?))
            .await
    }
}

impl CutoffStore for CutoffFile {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        let path = Arc::clone(&self.path);
        Box::pin(self.reads.run(move || read(&path)))
    }

    fn set(&self, cutoff: Cutoff) -> CutoffFuture<'_, ()> {
        let reason = storable(cutoff.reason());
        let cutoff = cutoff.because(reason);
        Box::pin(self.update(move |file| {
            let mut cutoffs = read_or_empty(file.path())?;
            cutoffs.retain(|other| other.client_id() != cutoff.client_id());
            cutoffs.push(cutoff);
            file.replace(&one_per_client(cutoffs))
        }))
    }

    fn lift<'a>(&'a self, client_id: &'a str) -> CutoffFuture<'a, bool> {
        let client_id = QualifiedClientId::new(client_id.to_owned());
        Box::pin(async {
            let Ok(client_id) = client_id else {
                return Ok(false);
            };
            let client_id = client_id.without_default_pool();
            self.update(move |file| {
                let before = read_or_empty(file.path())?;
                let mut after = before.clone();
                after.retain(|cutoff| cutoff.client_id() != client_id.as_str());
                let is_lifted = after.len() < before.len();
                if is_lifted {
                    file.replace(&after)?;
                }
                Ok(is_lifted)
            })
            .await
        })
    }
}

impl fmt::Debug for CutoffFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CutoffFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

fn read(path: &Path) -> Result<Vec<Cutoff>, CutoffError> {
    let mut content = Vec::new();
    regular_file::read(path, MAX_BYTES, &mut content).map_err(|error| match error {
        FileError::Read(error) => failure("read", path, error),
        FileError::NotRegular => failure("read", path, "expected a regular file"),
        FileError::TooLarge => failure("read", path, "expected at most 16 MiB"),
    })?;
    let changed_at = fs::metadata(path).and_then(|metadata| metadata.modified());
    file_content::parse(&content, changed_at.unwrap_or(UNIX_EPOCH))
        .map_err(|problem| failure("read", path, problem))
}

fn read_or_empty(path: &Path) -> Result<Vec<Cutoff>, CutoffError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        _ => read(path),
    }
}
