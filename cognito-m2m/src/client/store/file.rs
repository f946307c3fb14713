use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::error::TokenStoreError;
use super::file_access::{OwnUser, create_folder, create_new, open, temporary_name, unavailable};
use super::file_cleanup::{ENTRY, LEASE, remove_old_files};
use super::file_lease::lease;
use super::interface::{Lease, TokenStore, TokenStoreFuture};

/// The number of operations on files at a time. On a network disk that hangs, each of them blocks a
/// thread.
const MAX_OPERATIONS: usize = 16;

/// The maximum size of an entry.
const MAX_BYTES: u64 = 64 * 1024;

/// The maximum length of a key.
const MAX_KEY_LENGTH: usize = 64;

/// The minimum time between two cleanups.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// A [`TokenStore`] in a folder, for the processes of one machine that run as the same user.
///
/// The folder is created with mode 0700 if it is absent. Each entry is a file of mode 0600, which is
/// written to a temporary file and renamed, so that readers never see a part of it. Symbolic links,
/// files of other users, and files for which other users have permissions are ignored with a warning.
/// Files that have not been written for 25 hours are removed.
///
/// On Windows, the files inherit the access control list of the folder instead.
///
/// A lease is a lock on a file (`flock`), which the operating system releases when the process ends.
/// The file system must support locks and permissions, so use a local disk or a RAM disk.
///
/// All files are read and written on blocking threads of the runtime. The methods must be called in a
/// Tokio runtime.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::{FileTokenStore, TokenClient};
///
/// let tokens = TokenClient::builder()
///     .domain("example", "us-east-1")
///     .client_id("7k2m9f3qexample")
///     .client_secret("from the secret store")
///     .token_store(FileTokenStore::new("/run/reporting/tokens"))
///     .build()?;
/// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileTokenStore {
    folder: Arc<Folder>,
    operations: Arc<Semaphore>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    user: OwnUser,
    // Locked for a few instructions after an entry was written.
    last_cleanup: Mutex<Option<Instant>>,
}

impl FileTokenStore {
    /// Creates a store in this folder. The folder is accessed when a token is needed.
    ///
    /// A relative path is resolved in the working directory.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Arc::new(Folder {
                path: folder.into(),
                user: OwnUser::default(),
                last_cleanup: Mutex::default(),
            }),
            operations: Arc::new(Semaphore::new(MAX_OPERATIONS)),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&Folder) -> Result<T, TokenStoreError> + Send + 'static,
    ) -> Result<T, TokenStoreError> {
        // The semaphore is never closed. The thread keeps the permit, even if the caller gives up.
        let permit = Arc::clone(&self.operations).acquire_owned().await.ok();
        let folder = Arc::clone(&self.folder);
        let running = spawn_blocking(move || {
            let _permit = permit;
            operation(&folder)
        });
        running.await.unwrap_or(Err(TokenStoreError::Panicked))
    }
}

impl TokenStore for FileTokenStore {
    fn get<'a>(&'a self, key: &'a str) -> TokenStoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let name = file_name(key, ENTRY)?;
            self.run(move |folder| folder.read(&name)).await
        })
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        entry: Vec<u8>,
        _lifetime: Duration,
    ) -> TokenStoreFuture<'a, ()> {
        Box::pin(async move {
            let name = file_name(key, ENTRY)?;
            self.run(move |folder| folder.write(&name, &entry)).await
        })
    }

    fn lease<'a>(
        &'a self,
        key: &'a str,
        duration: Duration,
    ) -> TokenStoreFuture<'a, Option<Lease>> {
        Box::pin(async move {
            let name = file_name(key, LEASE)?;
            let file = self.run(move |folder| {
                create_folder(&folder.path).map_err(unavailable)?;
                lease(&folder.path, &name, duration, &folder.user)
            });
            let lease = |file: fs::File| {
                Lease::new(async move {
                    // Closing the file unlocks it too, unless a forked process has inherited it.
                    let _ = file.unlock();
                })
            };
            Ok(file.await?.map(lease))
        })
    }
}

impl Folder {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, TokenStoreError> {
        let Some(file) = open(&self.path.join(name), &self.user)? else {
            return Ok(None);
        };
        let mut entry = Vec::new();
        let limit = MAX_BYTES.saturating_add(1);
        file.take(limit)
            .read_to_end(&mut entry)
            .map_err(unavailable)?;
        if entry.len() as u64 > MAX_BYTES {
            return Err(TokenStoreError::Refused("it is larger than 64 KiB".into()));
        }
        Ok(Some(entry))
    }

    fn write(&self, name: &str, entry: &[u8]) -> Result<(), TokenStoreError> {
        create_folder(&self.path).map_err(unavailable)?;
        let temporary = self.path.join(temporary_name(name));
        let written = write_new(&temporary, entry)
            .and_then(|()| fs::rename(&temporary, self.path.join(name)));
        if let Err(error) = written {
            // The first error is reported.
            let _ = fs::remove_file(&temporary);
            return Err(unavailable(error));
        }
        if self.is_cleanup_due()
            && let Err(error) = remove_old_files(&self.path, &self.user)
        {
            tracing::debug!(%error, "failed to remove old files of the token store");
        }
        Ok(())
    }

    fn is_cleanup_due(&self) -> bool {
        let last = &self.last_cleanup;
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| last.elapsed() >= CLEANUP_INTERVAL);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }
}

fn write_new(path: &Path, entry: &[u8]) -> io::Result<()> {
    let mut file = create_new(path)?;
    file.write_all(entry)?;
    // Without this, a machine that loses power can leave an empty file under the final name.
    file.sync_all()
}

/// Returns the name of a file. Other keys than those of the token client could name files outside the
/// folder.
fn file_name(key: &str, ending: &str) -> Result<String, TokenStoreError> {
    let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if key.is_empty() || key.len() > MAX_KEY_LENGTH || !key.bytes().all(is_allowed) {
        let reason = "expected a key of 1 to 64 characters of `a-z`, `0-9` and `-`";
        return Err(TokenStoreError::Refused(reason.into()));
    }
    Ok(format!("{key}{ending}"))
}
