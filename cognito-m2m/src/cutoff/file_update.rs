use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::CutoffError;
use super::file_content;
use super::value::Cutoff;

/// The maximum time to wait for another process that changes the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);

const LOCK_RETRY: Duration = Duration::from_millis(10);

/// A file that this process may change, until the value is dropped.
pub(super) struct LockedFile {
    /// The path without symbolic links, because a link must not be replaced by a file.
    path: PathBuf,
    /// The lock belongs to a file beside it, because the file itself is replaced.
    _lock: File,
}

impl LockedFile {
    /// Waits until no other process or thread changes the file.
    pub(super) fn lock(path: &Path) -> Result<Self, CutoffError> {
        let path = resolve(path).map_err(|error| failure("find", path, error))?;
        let lock = lock(&beside(&path, "lock")).map_err(|error| failure("lock", &path, error))?;
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the whole content. Another process reads either the old or the new content.
    pub(super) fn replace(&self, cutoffs: &[Cutoff]) -> Result<(), CutoffError> {
        let content =
            file_content::write(cutoffs).map_err(|error| failure("write", &self.path, error))?;
        self.write(&content)
            .map_err(|error| failure("write", &self.path, error))
    }

    fn write(&self, content: &[u8]) -> io::Result<()> {
        let temporary = beside(&self.path, "new");
        // Left behind by a process that was killed.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)?;
        if let Ok(metadata) = fs::metadata(&self.path) {
            keep_owner(&file, &metadata);
            file.set_permissions(metadata.permissions())?;
        }
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, &self.path)
    }
}

/// Converts a failure to use the file.
pub(super) fn failure(action: &str, path: &Path, error: impl std::fmt::Display) -> CutoffError {
    CutoffError::Store(format!("failed to {action} the file `{}`: {error}", path.display()).into())
}

/// Returns the path of the file behind all symbolic links.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        // The file does not exist yet. A link to a missing file is an error.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            Ok(path.to_owned())
        }
        resolved => resolved,
    }
}

/// Returns the path with a further extension.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Gives the file the owner of the old one, so that the service can read what an administrator has
/// written. Without the privilege, the file belongs to the user of this process.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};

    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

fn lock(path: &Path) -> io::Result<File> {
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path);
    let file = match opened {
        // Another user has created the file. A lock needs no permission to write.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path)?,
        opened => opened?,
    };
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if begin.elapsed() < LOCK_TIMEOUT => {
                thread::sleep(LOCK_RETRY);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another process holds the lock"));
            }
        }
    }
}
