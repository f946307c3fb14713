use std::fs;
use std::path::{Path, PathBuf};

/// A file of the workspace.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path relative to the folder that was searched, with `/` as the separator.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Returns the lines that are not comments, trimmed, with their numbers.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().zip(1..);
        lines.filter_map(|(line, number)| {
            let code = line.trim();
            (!code.starts_with("//")).then_some((number, code))
        })
    }

    /// Returns the file without its unit tests. A file that contains only tests becomes empty.
    #[must_use]
    pub fn without_tests(&self) -> Self {
        let is_test = self.path.contains("/tests/") || self.path.ends_with("/tests.rs");
        let end = match self.text.find("#[cfg(test)]\nmod tests") {
            _ if is_test => 0,
            found => found.unwrap_or(self.text.len()),
        };
        Self {
            path: self.path.clone(),
            text: self.text.get(..end).unwrap_or_default().to_owned(),
        }
    }
}

/// Reads a file of the workspace; `path` is relative to the root.
///
/// # Panics
///
/// Panics if the file can't be read.
#[must_use]
pub fn workspace_file(path: &str) -> String {
    let file = root().join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Reads every Rust file below a folder of the workspace, sorted by path.
///
/// # Panics
///
/// Panics if a file or folder can't be read.
#[must_use]
pub fn sources(folder: &str) -> Vec<Source> {
    files(folder, "rs")
}

/// Reads every file with this extension below a folder of the workspace, sorted by path.
///
/// # Panics
///
/// Panics if a file or folder can't be read.
#[must_use]
pub fn files(folder: &str, extension: &str) -> Vec<Source> {
    let top = root().join(folder);
    let mut paths = Vec::new();
    collect(&top, extension, &mut paths);
    paths.sort();
    let source = |path: PathBuf| Source {
        text: fs::read_to_string(&path).expect("a file in UTF-8"),
        path: path
            .strip_prefix(&top)
            .expect("a path below the folder")
            .to_string_lossy()
            .replace('\\', "/"),
    };
    paths.into_iter().map(source).collect()
}

fn collect(folder: &Path, extension: &str, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, extension, paths);
        } else if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("this package is in the workspace")
}
