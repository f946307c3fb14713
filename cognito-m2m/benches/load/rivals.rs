use std::path::{Path, PathBuf};

/// Returns the command that builds the servers with other crates, for the root of the repository.
pub(crate) fn build_command() -> String {
    let release = release_folder();
    let target = release.as_deref().and_then(Path::parent);
    let target = target.unwrap_or(Path::new("target")).display();
    format!(
        "cargo build --release --locked --manifest-path tests/rivals/Cargo.toml --target-dir '{target}'"
    )
}

/// Returns the path of the program with servers that use other crates, if it has been built.
///
/// It is a package outside of the workspace, because its dependencies choose a back end of `jsonwebtoken`,
/// which would become that of every test in the workspace.
pub(crate) fn program() -> Option<PathBuf> {
    let program = release_folder()?.join("cognito-m2m-rivals");
    program.exists().then_some(program)
}

/// Returns the folder `target/release`. This program is `target/release/deps/load-<hash>`.
fn release_folder() -> Option<PathBuf> {
    let benchmark = std::env::current_exe().ok()?;
    Some(benchmark.parent()?.parent()?.to_owned())
}
