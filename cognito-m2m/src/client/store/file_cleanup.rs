use std::fs::{self, DirEntry};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::error::TokenStoreError;
use super::file_access::{OwnUser, unavailable};
use super::file_lease::lock_folder;

/// The age from which a file is removed. No token lives for longer than 24 hours.
const MAX_AGE: Duration = Duration::from_secs(25 * 60 * 60);

/// The number of files that one cleanup reads at most.
const MAX_FILES: usize = 10_000;

/// The endings of the files of a store.
pub(super) const ENTRY: &str = ".token";
pub(super) const LEASE: &str = ".lease";
const TEMPORARY: &str = ".tmp";

/// Removes the files of a store that have not been written for 25 hours. Other files stay.
pub(super) fn remove_old_files(folder: &Path, user: &OwnUser) -> Result<(), TokenStoreError> {
    let _folder_lock = lock_folder(folder, user)?;
    let files = fs::read_dir(folder).map_err(unavailable)?;
    for file in files.take(MAX_FILES).flatten().filter(is_old) {
        // Another process may have removed it.
        let _ = fs::remove_file(file.path());
    }
    Ok(())
}

fn is_old(file: &DirEntry) -> bool {
    let name = file.file_name();
    let is_ours = name.to_str().is_some_and(is_of_a_store);
    // This is the metadata of a symbolic link, not of its target.
    let modified = || file.metadata().ok()?.modified().ok();
    let age = || SystemTime::now().duration_since(modified()?).ok();
    is_ours && age().is_some_and(|age| age >= MAX_AGE)
}

/// Returns `true` for the names that a store gives to its files. The folder may contain files of other
/// programs.
fn is_of_a_store(name: &str) -> bool {
    let is_key = |key: &str| {
        let is_allowed = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        !key.is_empty() && key.bytes().all(is_allowed)
    };
    let temporary = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(TEMPORARY));
    match temporary {
        Some(name) => name.contains(".token.") || name.starts_with("owner."),
        None => [ENTRY, LEASE]
            .iter()
            .any(|ending| name.strip_suffix(ending).is_some_and(is_key)),
    }
}
