//! The mistakes in a file.

use std::{
    error::Error,
    fmt,
    path::{Path, PathBuf},
};

/// A mistake at a line of the file. It never contains a value, which may be a secret.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    /// Counted from 1.
    pub(crate) line: usize,
    /// The path of a setting, such as `clients[0].secret`, or empty for a mistake in the syntax.
    pub(crate) setting: String,
    pub(crate) problem: String,
}

/// The error returned for a file with mistakes. It lists all of them, in the order of the file.
#[derive(Debug)]
pub(crate) struct InvalidFile {
    path: PathBuf,
    faults: Vec<Fault>,
}

impl InvalidFile {
    pub(crate) fn new(path: &Path, mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(|fault| fault.line);
        Self {
            path: path.to_owned(),
            faults,
        }
    }
}

impl fmt::Display for InvalidFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "failed to read the settings in {path}")?;
        for fault in &self.faults {
            write!(f, "\n{path}:{}: ", fault.line)?;
            if !fault.setting.is_empty() {
                write!(f, "`{}`: ", fault.setting)?;
            }
            f.write_str(&fault.problem)?;
        }
        Ok(())
    }
}

impl Error for InvalidFile {}
