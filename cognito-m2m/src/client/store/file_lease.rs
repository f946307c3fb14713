use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::error::TokenStoreError;
use super::file_access::{OwnUser, open_or_create, unavailable};

/// The file that is locked while leases are obtained and old files are removed.
const FOLDER_LOCK: &str = ".lock";

/// How long an operation waits for the lock of the folder. Another process has it for a few system
/// calls, unless it was suspended in between.
const FOLDER_LOCK_TIMEOUT: Duration = Duration::from_secs(1);
const FOLDER_LOCK_INTERVAL: Duration = Duration::from_millis(5);

/// Locks the folder until the file is closed.
pub(super) fn lock_folder(folder: &Path, user: &OwnUser) -> Result<File, TokenStoreError> {
    let file = open_or_create(&folder.join(FOLDER_LOCK), user)?;
    let begin = Instant::now();
    while !try_lock(&file)? {
        if begin.elapsed() >= FOLDER_LOCK_TIMEOUT {
            let reason = "another process has locked the folder of the token store";
            return Err(TokenStoreError::Unavailable(reason.into()));
        }
        thread::sleep(FOLDER_LOCK_INTERVAL);
    }
    Ok(file)
}

/// Locks a file, whose modification time is the beginning of the lease. Returns `None` if another
/// process has locked it for less than `duration`.
///
/// The operating system unlocks the file when its process ends. The lock of a process that hangs or is
/// suspended is broken: the locked file is removed, and a new one is locked.
pub(super) fn lease(
    folder: &Path,
    name: &str,
    duration: Duration,
    user: &OwnUser,
) -> Result<Option<File>, TokenStoreError> {
    let _folder_lock = lock_folder(folder, user)?;
    let path = folder.join(name);
    let mut file = open_or_create(&path, user)?;
    if !try_lock(&file)? {
        if !has_ended(&file, duration)? {
            return Ok(None);
        }
        fs::remove_file(&path).map_err(unavailable)?;
        file = open_or_create(&path, user)?;
        if !try_lock(&file)? {
            return Ok(None);
        }
    }
    file.set_modified(SystemTime::now()).map_err(unavailable)?;
    Ok(Some(file))
}

/// Returns `true` if a lease has ended by itself.
fn has_ended(file: &File, duration: Duration) -> Result<bool, TokenStoreError> {
    let metadata = file.metadata().map_err(unavailable)?;
    let begin = metadata.modified().map_err(unavailable)?;
    Ok(match SystemTime::now().duration_since(begin) {
        Ok(age) => age >= duration,
        // The clock was set back since.
        Err(future) => future.duration() >= duration,
    })
}

fn try_lock(file: &File) -> Result<bool, TokenStoreError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(unavailable(error)),
    }
}
