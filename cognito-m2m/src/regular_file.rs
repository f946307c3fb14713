//! Reading small files that settings name.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The reason why a file could not be read.
#[derive(Debug)]
pub(crate) enum FileError {
    Read(io::Error),
    NotRegular,
    TooLarge,
}

/// Appends the content of a regular file of at most `max_bytes` to `content`.
pub(crate) fn read(path: &Path, max_bytes: usize, content: &mut Vec<u8>) -> Result<(), FileError> {
    // Opening a named pipe would wait for a writer, and its content can't be read again.
    if !fs::metadata(path).map_err(FileError::Read)?.is_file() {
        return Err(FileError::NotRegular);
    }
    let file = File::open(path).map_err(FileError::Read)?;
    let limit = u64::try_from(max_bytes.saturating_add(1)).unwrap_or(u64::MAX);
    file.take(limit)
        .read_to_end(content)
        .map_err(FileError::Read)?;
    if content.len() > max_bytes {
        return Err(FileError::TooLarge);
    }
    Ok(())
}
