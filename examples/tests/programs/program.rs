//! Starts the programs, with an environment of the test's own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Output, Stdio},
    thread::{self, JoinHandle},
};

use cognito_m2m::testing::LocalCognito;
use serde_json::Value;

use crate::http::{self, Answer};

/// A running `widgets`; it ends with the test.
pub(crate) struct Widgets {
    program: Child,
    printed: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Widgets {
    /// Starts it on a free port, and waits until it says that it listens.
    pub(crate) fn start(environment: &[(&str, &str)]) -> Self {
        let mut program = widgets(environment)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let log = read_to_end(program.stderr.take().expect("its log is ours"));
        let mut printed = BufReader::new(program.stdout.take().expect("its output is ours"));
        let mut first = String::new();
        printed.read_line(&mut first).expect("it prints text");
        let address = first.trim_end().strip_prefix("listening on http://");
        let Some(address) = address else {
            let _ = program.kill();
            let log = log.join().unwrap_or_default();
            panic!("expected an address, read {first:?}, and in the log: {log}");
        };
        Self {
            address: address.parse().expect("an address"),
            program,
            printed,
        }
    }

    /// Starts it with this local Cognito as its pool.
    pub(crate) fn with_pool(cognito: &LocalCognito) -> Self {
        Self::with_pool_and(cognito, &[])
    }

    pub(crate) fn with_pool_and(cognito: &LocalCognito, further: &[(&str, &str)]) -> Self {
        let jwks_url = cognito.jwks_url();
        let mut environment = pool(cognito.issuer(), &jwks_url).to_vec();
        environment.extend_from_slice(further);
        Self::start(&environment)
    }

    /// What it prints after the address, down to the line that `is_last`.
    pub(crate) fn printed_until(&mut self, is_last: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = Vec::new();
        for line in self.printed.by_ref().lines() {
            let line = line.expect("it prints text");
            let done = is_last(&line);
            lines.push(line);
            if done {
                return lines;
            }
        }
        panic!("the program ended after {lines:?}")
    }

    pub(crate) fn send(&self, method: &str, path: &str, token: Option<&str>) -> Answer {
        http::request(self.address, method, path, token, None)
    }

    pub(crate) fn send_json(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        self.send_text(method, path, Some(token), &body.to_string())
    }

    pub(crate) fn send_text(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &str,
    ) -> Answer {
        http::request(self.address, method, path, token, Some(body))
    }

    /// Asks it to stop, as a service manager does, and gives its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let id = self.program.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.expect("there is `kill`").success());
        self.program.wait().expect("it ends").code()
    }
}

impl Drop for Widgets {
    fn drop(&mut self) {
        // It may have ended by itself, which is what is wanted.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Reads without end: nobody who writes has to wait.
fn read_to_end(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        // What came before an error is all there is.
        let _ = stream.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// Runs `widgets` with an environment that it is expected not to start with.
pub(crate) fn run_widgets(environment: &[(&str, &str)]) -> Output {
    widgets(environment).output().expect("the program is built")
}

/// Runs `validate_token` to its end.
pub(crate) fn run_validate_token(
    environment: &[(&str, &str)],
    arguments: &[&str],
    input: &str,
) -> Output {
    let mut program = command(env!("CARGO_BIN_EXE_validate_token"), environment)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program is built");
    let mut stdin = program.stdin.take().expect("its input is ours");
    // A program that wants no input may have ended by now.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    program.wait_with_output().expect("it ends")
}

/// Runs `fetch_token` to its end.
pub(crate) fn run_fetch_token(environment: &[(&str, &str)]) -> Output {
    let mut program = command(env!("CARGO_BIN_EXE_fetch_token"), environment);
    program.output().expect("the program is built")
}

/// Runs `service_to_service` to its end.
pub(crate) fn run_service_to_service() -> Output {
    let mut program = command(env!("CARGO_BIN_EXE_service_to_service"), &[]);
    program.output().expect("the program is built")
}

/// Runs `legacy_users` to its end.
pub(crate) fn run_legacy_users(environment: &[(&str, &str)]) -> Output {
    let mut program = command(env!("CARGO_BIN_EXE_legacy_users"), environment);
    program.output().expect("the program is built")
}

/// The variables that name a pool on loopback.
pub(crate) fn pool<'a>(issuer: &'a str, jwks_url: &'a str) -> [(&'static str, &'a str); 2] {
    [
        ("COGNITO_M2M_ISSUER", issuer),
        ("COGNITO_M2M_JWKS_URL", jwks_url),
    ]
}

fn widgets(environment: &[(&str, &str)]) -> Command {
    let mut command = command(
        env!("CARGO_BIN_EXE_widgets"),
        &[
            ("WIDGETS_ADDR", "127.0.0.1:0"),
            // For machines that are busy with other tests.
            ("COGNITO_M2M_JWKS_CONNECT_TIMEOUT", "30"),
            ("COGNITO_M2M_JWKS_TIMEOUT", "30"),
            ("COGNITO_M2M_MAPPING_TIMEOUT", "30"),
            ("COGNITO_M2M_SHUTDOWN_TIMEOUT", "60"),
        ],
    );
    command.envs(environment.iter().copied());
    command
}

fn command(program: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    // Nothing that happens to be set where the tests run.
    command.env_clear().envs(environment.iter().copied());
    command
}
