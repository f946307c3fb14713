//! Paths of SQLite databases in the temporary directory.

use std::{env, fs, process};

/// Returns the path of a database that does not exist yet. `name` must differ between tests.
pub(crate) fn sqlite_path(name: &str) -> String {
    let path = env::temp_dir().join(format!("cognito-m2m-{name}-{}.db", process::id()));
    let _ = fs::remove_file(&path);
    path.to_str().expect("a path in UTF-8").to_owned()
}
