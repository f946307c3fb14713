//! The file in a repository with which the inventory of an app is compared.

use std::path::{Path, PathBuf};
use std::{env, fmt, fs, io, process};

use crate::error_report::debug_as_report;
use crate::inventory::{Changes, InvalidInventory, Inventory};

/// The name of the file beside the `Cargo.toml` of the user.
const FILE_NAME: &str = "cognito-routes.json";

/// The environment variable with which a test rewrites the file.
const UPDATE_VARIABLE: &str = "UPDATE_COGNITO_ROUTES";

/// The maximum number of symbolic links that are followed, as in Linux.
const MAX_LINKS: usize = 40;

/// A file that contains the inventory of an app, as JSON without the lines of source files.
///
/// It is committed, so that a review of a change shows which routes it affects, and a test fails if the file
/// and the app differ.
///
/// The test belongs in the folder `tests` of the package. A unit test also links the handlers of modules with
/// `#[cfg(test)]`. They would be listed in the file, and be a difference for every other program.
///
/// # Examples
///
/// Compares an app with a file in another folder:
///
/// ```no_run
/// use cognito_m2m::inventory::{AppRoutes, RoutesFile};
///
/// # fn routes(_: &mut actix_web::web::ServiceConfig) {}
/// AppRoutes::new(routes).check(&RoutesFile::new("docs/routes.json"))?;
/// # Ok::<(), cognito_m2m::inventory::CheckError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutesFile {
    path: PathBuf,
}

/// The result of a check that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoutesFileOutcome {
    /// The file was left as it is.
    Unchanged,
    /// The file was created or rewritten.
    Written,
}

/// The error returned if a routes file can't be used, or differs from the app.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum RoutesFileError {
    /// The inventory is empty, or the app registers none of its handlers.
    #[error(
        "the inventory is empty, since the app has no routes or the program links no handlers: pass the \
         function that configures the app and registers its routes"
    )]
    Empty,
    /// The inventory has no handler of the crate that configures the app.
    #[error(
        "the inventory has no handler of the crate `{crate_name}`: pass the function of that crate that \
         configures the app and registers its routes"
    )]
    NoHandlerOfCrate {
        /// The name of the crate.
        crate_name: String,
    },
    /// The file does not exist.
    #[error("`{}` does not exist: create it with `{}`, and commit it", .path.display(), update_command())]
    Missing {
        /// The path of the file.
        path: PathBuf,
    },
    /// The file can't be read.
    #[error("failed to read `{}`", .path.display())]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// What the operating system reports.
        source: io::Error,
    },
    /// The file does not contain an inventory.
    #[error("`{}` is not an inventory: restore it, or rewrite it with `{}`", .path.display(), update_command())]
    Invalid {
        /// The path of the file.
        path: PathBuf,
        /// What is wrong with the content.
        source: InvalidInventory,
    },
    /// The file can't be written.
    #[error("failed to write `{}`", .path.display())]
    Write {
        /// The path of the file.
        path: PathBuf,
        /// What the operating system reports.
        source: io::Error,
    },
    /// The app differs from the file.
    #[error("{}", Difference { path, changes })]
    Changed {
        /// The path of the file.
        path: PathBuf,
        /// The changes since the file was written.
        changes: Changes,
    },
}

debug_as_report!(RoutesFileError);

impl RoutesFile {
    /// Refers to the file at this path, without reading or writing it.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Refers to `cognito-routes.json` beside the `Cargo.toml` of the package.
    ///
    /// Cargo sets `CARGO_MANIFEST_DIR` for tests. Without this variable, the file is in the current directory.
    #[must_use]
    pub fn of_package() -> Self {
        let directory = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
        Self::new(Path::new(&directory).join(FILE_NAME))
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns `true` if the environment variable `UPDATE_COGNITO_ROUTES` requests that the file is rewritten.
    ///
    /// It does so with any value except `0` and the empty one.
    #[must_use]
    pub fn is_update_requested() -> bool {
        env::var_os(UPDATE_VARIABLE).is_some_and(|value| is_request(value.as_encoded_bytes()))
    }

    /// Compares the file with the current inventory. With `update`, rewrites it instead.
    ///
    /// If the path is a symbolic link, the file to which it leads is rewritten.
    ///
    /// `crate_name` is the crate of the function that configures the app. A handler of that crate, or an
    /// endpoint of the app whose handler is unknown, must be in the inventory.
    ///
    /// A file that differs only in its formatting, or in the files and lines of handlers, is accepted.
    ///
    /// # Errors
    ///
    /// Returns [`RoutesFileError::Changed`] if a route differs, and another [`RoutesFileError`] if the inventory
    /// lists no handler of the app, or if the file is missing, invalid, or can't be read or written. With
    /// `update`, an invalid file is replaced.
    pub fn check(
        &self,
        current: &Inventory,
        crate_name: Option<&str>,
        update: bool,
    ) -> Result<RoutesFileOutcome, RoutesFileError> {
        check_handlers(current, crate_name)?;
        if update {
            return self.write(&current.to_json_without_lines());
        }
        let changes = current.changes_since(&self.read()?);
        if changes.is_empty() {
            return Ok(RoutesFileOutcome::Unchanged);
        }
        let path = self.path.clone();
        Err(RoutesFileError::Changed { path, changes })
    }

    /// Reads the inventory that the file contains.
    ///
    /// # Errors
    ///
    /// Returns [`RoutesFileError`] if the file is missing, can't be read, or contains no inventory.
    pub fn read(&self) -> Result<Inventory, RoutesFileError> {
        let path = || self.path.clone();
        let content = fs::read_to_string(&self.path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => RoutesFileError::Missing { path: path() },
            _ => RoutesFileError::Read {
                path: path(),
                source,
            },
        })?;
        Inventory::from_json(&content).map_err(|source| RoutesFileError::Invalid {
            path: path(),
            source,
        })
    }

    fn write(&self, content: &str) -> Result<RoutesFileOutcome, RoutesFileError> {
        // A checkout on Windows can have other line breaks.
        let is_written = |old: String| old.lines().eq(content.lines());
        if fs::read_to_string(&self.path).is_ok_and(is_written) {
            return Ok(RoutesFileOutcome::Unchanged);
        }
        replace(&self.path, content).map_err(|source| RoutesFileError::Write {
            path: self.path.clone(),
            source,
        })?;
        Ok(RoutesFileOutcome::Written)
    }
}

/// The text of [`RoutesFileError::Changed`].
struct Difference<'a> {
    path: &'a Path,
    changes: &'a Changes,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, changes } = self;
        write!(
            f,
            "the routes differ from `{}`:\n\n{changes}\n\n",
            path.display()
        )?;
        write!(
            f,
            "if this is intended, rewrite the file with `{}`, and commit it",
            update_command()
        )
    }
}

fn update_command() -> String {
    format!("{UPDATE_VARIABLE}=1 cargo test")
}

fn is_request(value: &[u8]) -> bool {
    !matches!(value, b"" | b"0")
}

fn check_handlers(current: &Inventory, crate_name: Option<&str>) -> Result<(), RoutesFileError> {
    let registers_nothing = || {
        let mut routes = current.routes().iter();
        current.is_of_app() && routes.all(|route| route.endpoints.is_empty())
    };
    if current.routes().is_empty() || registers_nothing() {
        return Err(RoutesFileError::Empty);
    }
    let Some(crate_name) = crate_name else {
        return Ok(());
    };
    let crate_name = crate_name.replace('-', "_");
    let is_of_crate = |handler: &str| handler.split("::").next() == Some(&crate_name);
    let is_proof = |handler: Option<&str>, has_endpoint: bool| {
        handler.map_or(current.is_of_app() && has_endpoint, is_of_crate)
    };
    let mut routes = current.routes().iter();
    if routes.any(|route| is_proof(route.handler.as_deref(), !route.endpoints.is_empty())) {
        return Ok(());
    }
    Err(RoutesFileError::NoHandlerOfCrate { crate_name })
}

/// Replaces the content of a file. Another process reads either the old or the new content.
fn replace(path: &Path, content: &str) -> io::Result<()> {
    let path = &without_links(path);
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.new", process::id()));
    let result = fs::write(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // The error is that of the first failure.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Returns the file to which symbolic links lead. It need not exist.
fn without_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = match path.parent() {
            Some(folder) => folder.join(target),
            None => target,
        };
    }
    path
}

#[cfg(test)]
mod tests;
