use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{self, Output},
    sync::atomic::{AtomicU16, Ordering},
};

use serde_json::Value;

use crate::program::{Program, cognito_m2m_local, run_validate_token};

/// A folder with a file of clients. It is removed when the test ends.
pub(super) struct Folder {
    path: PathBuf,
    pub(super) port: u16,
}

impl Folder {
    /// Creates a folder whose `clients.toml` has a port, these settings and these clients.
    pub(super) fn new(settings: &str, clients: &str) -> Self {
        let port = unused_port();
        let mut folder = Self::with_file(&format!("port = {port}\n{settings}\n{clients}"));
        folder.port = port;
        folder
    }

    pub(super) fn with_file(text: &str) -> Self {
        static NUMBER: AtomicU16 = AtomicU16::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("cognito_m2m_local_{}_{number}", process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // The folder exists only if an earlier run was killed.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the folder for tests is writable");
        fs::write(path.join("clients.toml"), text).expect("the folder is writable");
        Self { path, port: 0 }
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn file_names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).expect("the folder exists");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names
            .map(|name| name.into_string().expect("UTF-8"))
            .collect();
        names.sort();
        names
    }

    /// Runs a command to its end.
    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = cognito_m2m_local(&self.path, arguments);
        command.output().expect("the program starts")
    }

    /// Runs a command that fails, and returns its error.
    pub(super) fn failure(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).expect("the error is UTF-8")
    }

    /// Runs `token` with these arguments, and returns the token.
    pub(super) fn token(&self, arguments: &[&str]) -> String {
        let output = self.run(&[&["token"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
        let printed = String::from_utf8(output.stdout).expect("a token is UTF-8");
        let token = printed.strip_suffix('\n').expect("a line");
        assert!(!token.contains(char::is_whitespace), "{token}");
        token.to_owned()
    }

    /// Runs `serve`, and waits until it listens.
    pub(super) fn serve(&self) -> Served {
        let mut program = Program::spawn(&mut cognito_m2m_local(&self.path, &["serve"]));
        let printed = program.printed_until(|line| line.starts_with("# Listening"));
        let exports = printed.iter().filter_map(|line| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Served {
            variables: exports.collect(),
            program,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that remains is harmless.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A running `cognito-m2m-local serve`, with the variables that it has printed.
pub(super) struct Served {
    pub(super) program: Program,
    pub(super) variables: Vec<(String, String)>,
}

impl Served {
    pub(super) fn environment(&self) -> Vec<(&str, &str)> {
        let variables = self.variables.iter();
        variables
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    pub(super) fn variable(&self, name: &str) -> &str {
        let mut variables = self.environment().into_iter();
        let variable = variables.find(|(other, _)| *other == name);
        variable.expect("a printed variable").1
    }

    /// Returns the variables for an API, which precede those for a caller.
    pub(super) fn api(&self) -> Vec<(&str, &str)> {
        let variables = self.environment().into_iter();
        let is_of_api = |(name, _): &(&str, &str)| *name != "COGNITO_M2M_TOKEN_URL";
        variables.take_while(is_of_api).collect()
    }

    /// Returns the claims of a valid token.
    pub(super) fn claims(&self, token: &str) -> Value {
        let output = run_validate_token(&self.api(), &[], token);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice(&output.stdout).expect("the claims are JSON")
    }
}

/// Returns a port that is not among those that the system chooses by itself, so that no other test takes
/// it.
fn unused_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + (process::id() % 400) as u16 * 50;
    for _ in 0..1_000 {
        let port = first + NEXT.fetch_add(1, Ordering::SeqCst);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("all ports are in use")
}
