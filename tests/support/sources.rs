use std::fs;
use std::path::{Path, PathBuf};

/// A source file of the workspace.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path below the folder that was asked for, with `/` between.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl Source {
    /// Its lines without comments, with their numbers.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().zip(1..);
        lines.filter_map(|(line, number)| {
            let code = line.trim();
            (!code.starts_with("//")).then_some((number, code))
        })
    }

    /// What stands before the unit tests; of a file of tests, nothing.
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

/// A file of the workspace, by its path below the root.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn workspace_file(path: &str) -> String {
    let file = root().join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every Rust file below a folder of the workspace, in order.
///
/// # Panics
///
/// When the folder can't be read.
#[must_use]
pub fn sources(folder: &str) -> Vec<Source> {
    let top = root().join(folder);
    let mut paths = Vec::new();
    collect(&top, &mut paths);
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

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the workspace around this package")
}
