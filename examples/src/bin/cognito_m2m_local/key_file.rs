//! The file of signing keys.

use std::{
    fs::{self, File, OpenOptions},
    hash::{BuildHasher, RandomState},
    io::{self, Write},
    path::{Path, PathBuf},
};

use cognito_m2m::testing::SigningKey;
use serde::{Deserialize, Serialize};

/// The content of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// The first one signs tokens.
    keys: [StoredKey; 2],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    kid: String,
    /// PKCS #8 as PEM.
    private_key: String,
}

/// The error returned if the keys can be neither read nor created. It contains no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    #[error("failed to read the key file {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("failed to create the key file {}: {source}", path.display())]
    Create { path: PathBuf, source: io::Error },
    #[error(
        "{} is not a key file of this program: remove it to create new keys, or set `key_file` to \
         another path",
        .0.display()
    )]
    Invalid(PathBuf),
}

/// Reads the keys. If the file does not exist, creates it first.
///
/// Programs that start at the same time use the same keys, since one of them creates the file and all
/// of them read it.
pub(crate) fn load_or_create(path: &Path) -> Result<[SigningKey; 2], KeyFileError> {
    if let Some(keys) = load(path)? {
        return Ok(keys);
    }
    let failed = |source| KeyFileError::Create {
        path: path.to_owned(),
        source,
    };
    create(path).map_err(failed)?;
    load(path)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
}

/// Returns `None` if the file does not exist.
fn load(path: &Path) -> Result<Option<[SigningKey; 2]>, KeyFileError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            let path = path.to_owned();
            return Err(KeyFileError::Read { path, source });
        }
    };
    let invalid = || KeyFileError::Invalid(path.to_owned());
    let stored: Stored = serde_json::from_slice(&text).map_err(|_| invalid())?;
    let [first, second] = &stored.keys;
    if first.kid == second.kid {
        return Err(invalid());
    }
    let [current, next] = stored
        .keys
        .map(|key| SigningKey::from_pkcs8_pem(key.kid, &key.private_key).map_err(|_| invalid()));
    Ok(Some([current?, next?]))
}

/// Creates the file with new keys, unless another program creates it first.
///
/// The file is complete as soon as it has its name: it is written under another name, and a hard link
/// never replaces a file.
fn create(path: &Path) -> io::Result<()> {
    let temporary = Temporary::write(path, &new_keys()?)?;
    match fs::hard_link(&temporary.path, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn new_keys() -> io::Result<Vec<u8>> {
    let stored = |key: SigningKey| StoredKey {
        kid: key.kid().to_owned(),
        private_key: key.pkcs8_pem(),
    };
    let keys = [SigningKey::generate()?, SigningKey::generate()?].map(stored);
    let mut text = serde_json::to_vec_pretty(&Stored { keys })?;
    text.push(b'\n');
    Ok(text)
}

/// A file that is removed at the end.
struct Temporary {
    path: PathBuf,
}

impl Temporary {
    fn write(beside: &Path, content: &[u8]) -> io::Result<Self> {
        let number = RandomState::new().hash_one(beside);
        let mut name = beside.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{number:016x}.tmp"));
        let path = beside.with_file_name(name);
        let mut file = create_private(&path)?;
        let temporary = Self { path };
        file.write_all(content)?;
        file.sync_all()?;
        Ok(temporary)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // A file that remains is harmless.
        let _ = fs::remove_file(&self.path);
    }
}

/// Creates a file that only its owner can read.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
