//! Opening the files of a store, which other users of the machine may have replaced.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::OnceLock;

use super::error::TokenStoreError;

/// The user that the files of this process belong to. Files of other users are refused.
///
/// It is determined by creating a file, since a file server can map users.
#[derive(Debug, Default)]
pub(super) struct OwnUser(OnceLock<u32>);

/// Converts the error of an operation on files.
pub(super) fn unavailable(error: io::Error) -> TokenStoreError {
    TokenStoreError::Unavailable(error.into())
}

/// Creates the folder of a store, unless it exists. Only its owner can enter it.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    private_folder(&mut builder);
    builder.create(folder)
}

/// Creates a file that must not exist. Only its owner can read it.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    without_links(&mut options);
    options.open(path)
}

/// Opens a file, which may be absent.
pub(super) fn open(path: &Path, user: &OwnUser) -> Result<Option<File>, TokenStoreError> {
    let mut options = OpenOptions::new();
    options.read(true);
    without_links(&mut options);
    match options.open(path) {
        Ok(file) => checked(file, path, user).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed_to_open(error, path)),
    }
}

/// Opens a file for locking, and creates it if it is absent.
pub(super) fn open_or_create(path: &Path, user: &OwnUser) -> Result<File, TokenStoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    without_links(&mut options);
    match options.open(path) {
        Ok(file) => checked(file, path, user),
        Err(error) => Err(failed_to_open(error, path)),
    }
}

fn failed_to_open(error: io::Error, path: &Path) -> TokenStoreError {
    // The error of a symbolic link depends on the operating system.
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => refused("it is a symbolic link"),
        Ok(metadata) if !metadata.is_file() => refused("it is not a regular file"),
        _ => unavailable(error),
    }
}

fn refused(reason: &'static str) -> TokenStoreError {
    TokenStoreError::Refused(reason.into())
}

/// Returns the file if no other user can have written or read it.
fn checked(file: File, path: &Path, user: &OwnUser) -> Result<File, TokenStoreError> {
    let metadata = file.metadata().map_err(unavailable)?;
    if metadata.is_symlink() {
        return Err(refused("it is a symbolic link"));
    }
    if !metadata.is_file() {
        return Err(refused("it is not a regular file"));
    }
    let folder = path.parent().unwrap_or(path);
    check_owner(&metadata, folder, user)?;
    Ok(file)
}

#[cfg(unix)]
fn check_owner(metadata: &Metadata, folder: &Path, user: &OwnUser) -> Result<(), TokenStoreError> {
    use std::os::unix::fs::MetadataExt as _;

    if metadata.mode() & 0o077 != 0 {
        return Err(refused(
            "other users have permissions for it: expected mode 0600",
        ));
    }
    let own = match user.0.get() {
        Some(own) => *own,
        None => {
            let own = user_of_new_files(folder).map_err(unavailable)?;
            *user.0.get_or_init(|| own)
        }
    };
    if metadata.uid() != own {
        return Err(refused("it belongs to another user"));
    }
    Ok(())
}

#[cfg(unix)]
fn user_of_new_files(folder: &Path) -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt as _;

    let path = folder.join(temporary_name("owner"));
    let file = create_new(&path)?;
    let metadata = file.metadata();
    fs::remove_file(&path)?;
    Ok(metadata?.uid())
}

/// Elsewhere, the access control list of the folder applies to its files.
#[cfg(not(unix))]
fn check_owner(_: &Metadata, _: &Path, user: &OwnUser) -> Result<(), TokenStoreError> {
    let _ = &user.0;
    Ok(())
}

/// Returns the name of a file that is renamed or removed soon.
pub(super) fn temporary_name(purpose: &str) -> String {
    format!(".{purpose}.{:016x}.tmp", fastrand::u64(..))
}

#[cfg(unix)]
fn private_folder(builder: &mut DirBuilder) {
    use std::os::unix::fs::DirBuilderExt as _;

    builder.mode(0o700);
}

#[cfg(not(unix))]
fn private_folder(_: &mut DirBuilder) {}

/// Opens a symbolic link itself, or fails. Created files have mode 0600.
#[cfg(unix)]
fn without_links(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;

    // Opening a named pipe would wait for a writer.
    options
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
}

#[cfg(windows)]
fn without_links(options: &mut OpenOptions) {
    use std::os::windows::fs::OpenOptionsExt as _;

    // `FILE_FLAG_OPEN_REPARSE_POINT` of the Windows API.
    options.custom_flags(0x0020_0000);
}

#[cfg(not(any(unix, windows)))]
fn without_links(_: &mut OpenOptions) {}
