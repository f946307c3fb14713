//! Starts the programs, with an environment that contains nothing from the shell.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use cognito_m2m::testing::LocalCognito;
use serde_json::Value;

use crate::{
    http::{self, Response},
    user_pool::pool,
};

/// A running program, which is killed when the test ends.
pub(crate) struct Program {
    process: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
}

impl Program {
    /// Starts the command.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = process.stderr.take().expect("standard error is piped");
        let stdout = process.stdout.take().expect("standard output is piped");
        Self {
            process,
            stdout: BufReader::new(stdout),
            stderr: Some(read_to_end(stderr)),
        }
    }

    /// Returns the printed lines, up to and including the one for which `is_last` returns `true`.
    pub(crate) fn printed_until(&mut self, is_last: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = Vec::new();
        for line in self.stdout.by_ref().lines() {
            let line = line.expect("the output is UTF-8");
            let done = is_last(&line);
            lines.push(line);
            if done {
                return lines;
            }
        }
        panic!("the program ended after {lines:?}")
    }

    /// Ends the program, and returns what it has written to standard error.
    pub(crate) fn kill_and_read_stderr(&mut self) -> String {
        // This fails if the program has already ended.
        let _ = self.process.kill();
        let stderr = self.stderr.take().and_then(|reader| reader.join().ok());
        stderr.unwrap_or_default()
    }

    /// Sends SIGTERM, like a service manager, and returns the exit code.
    pub(crate) fn stop(self) -> Option<i32> {
        self.stop_with("-TERM")
    }

    /// Sends a signal such as `-INT`, and returns the exit code.
    pub(crate) fn stop_with(mut self, signal: &str) -> Option<i32> {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("`kill` is installed").success());
        self.process.wait().expect("the program ends").code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail if the program has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A running `widgets`.
pub(crate) struct Widgets {
    pub(crate) program: Program,
    address: SocketAddr,
}

impl Widgets {
    /// Starts `widgets` on a free port, and waits until it listens.
    pub(crate) fn start(environment: &[(&str, &str)]) -> Self {
        let mut program = Program::spawn(&mut widgets(environment));
        let mut first = String::new();
        let read = program.stdout.read_line(&mut first);
        read.expect("the output is UTF-8");
        let address = first.trim_end().strip_prefix("listening on http://");
        let Some(address) = address else {
            panic!(
                "no address in {first:?}; {}",
                program.kill_and_read_stderr()
            );
        };
        Self {
            address: address.parse().expect("an address and a port"),
            program,
        }
    }

    /// Starts `widgets` with this local Cognito as its user pool.
    pub(crate) fn with_pool(cognito: &LocalCognito) -> Self {
        Self::with_pool_and(cognito, &[])
    }

    pub(crate) fn with_pool_and(cognito: &LocalCognito, further: &[(&str, &str)]) -> Self {
        let jwks_url = cognito.jwks_url();
        let mut environment = pool(cognito.issuer(), &jwks_url).to_vec();
        environment.extend_from_slice(further);
        Self::start(&environment)
    }

    pub(crate) fn send(&self, method: &str, path: &str, token: Option<&str>) -> Response {
        http::request(self.address, method, path, token, None)
    }

    pub(crate) fn send_json(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: &Value,
    ) -> Response {
        self.send_text(method, path, Some(token), &body.to_string())
    }

    pub(crate) fn send_text(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &str,
    ) -> Response {
        http::request(self.address, method, path, token, Some(body))
    }

    /// Sends SIGTERM and returns the exit code.
    pub(crate) fn stop(self) -> Option<i32> {
        self.program.stop()
    }
}

/// A running API, from one of the programs to copy from.
pub(crate) struct Api {
    program: Program,
    pub(crate) address: SocketAddr,
}

impl Api {
    /// Starts the program on a free port, and waits until it listens.
    pub(crate) fn start(program: &str, environment: &[(&str, &str)]) -> Self {
        // If another program takes the port first, the start is repeated with another port.
        for _ in 0..5 {
            let address = free_address();
            let mut command = command(program, environment);
            command.env("PORT", address.port().to_string());
            let program = Program::spawn(&mut command);
            if let Some(api) = Self::listening(program, address) {
                return api;
            }
        }
        panic!("{program} does not start")
    }

    fn listening(mut program: Program, address: SocketAddr) -> Option<Self> {
        for _ in 0..1200 {
            if program
                .process
                .try_wait()
                .expect("a child process")
                .is_some()
            {
                println!("{}", program.kill_and_read_stderr());
                return None;
            }
            if TcpStream::connect(address).is_ok() {
                return Some(Self { program, address });
            }
            thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// Returns the status of the response.
    pub(crate) fn status(&self, method: &str, path: &str, token: &str) -> u16 {
        self.send(method, path, token).status
    }

    pub(crate) fn send(&self, method: &str, path: &str, token: &str) -> Response {
        let body = (method == "POST").then_some("{}");
        http::request(self.address, method, path, Some(token), body)
    }

    /// Sends SIGTERM and returns the exit code.
    pub(crate) fn stop(self) -> Option<i32> {
        self.program.stop()
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    listener.local_addr().expect("a bound address")
}

/// Reads a stream on a thread, so that the program never waits for a full pipe.
fn read_to_end(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        // If reading fails, the text that was read so far is returned.
        let _ = stream.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// Runs `widgets` to its end, with an invalid environment.
pub(crate) fn run_widgets(environment: &[(&str, &str)]) -> Output {
    widgets(environment).output().expect("the program starts")
}

/// Runs `validate_token` to its end.
pub(crate) fn run_validate_token(
    environment: &[(&str, &str)],
    arguments: &[&str],
    input: &str,
) -> Output {
    let mut process = command(env!("CARGO_BIN_EXE_validate_token"), environment)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = process.stdin.take().expect("standard input is piped");
    // This fails if the program has ended without reading its input.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    process.wait_with_output().expect("the program ends")
}

/// Runs `guarded_api` to its end, with an invalid environment.
pub(crate) fn run_guarded_api(environment: &[(&str, &str)]) -> Output {
    let mut command = command(env!("CARGO_BIN_EXE_guarded_api"), environment);
    command.output().expect("the program starts")
}

/// Runs `fetch_token` to its end.
pub(crate) fn run_fetch_token(environment: &[(&str, &str)]) -> Output {
    let mut command = command(env!("CARGO_BIN_EXE_fetch_token"), environment);
    command.output().expect("the program starts")
}

/// Runs `redis_token_store` to its end.
#[cfg(feature = "redis")]
pub(crate) fn run_redis_token_store(environment: &[(&str, &str)]) -> Output {
    let mut command = command(env!("CARGO_BIN_EXE_redis_token_store"), environment);
    command.output().expect("the program starts")
}

/// Runs `legacy_users` to its end.
pub(crate) fn run_legacy_users(environment: &[(&str, &str)]) -> Output {
    let mut command = command(env!("CARGO_BIN_EXE_legacy_users"), environment);
    command.output().expect("the program starts")
}

/// Returns the command that runs `cognito-m2m-local` in this folder.
pub(crate) fn cognito_m2m_local(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_cognito-m2m-local"), &[]);
    command.current_dir(folder).args(arguments);
    command
}

fn widgets(environment: &[(&str, &str)]) -> Command {
    let mut command = command(
        env!("CARGO_BIN_EXE_widgets"),
        &[("WIDGETS_ADDR", "127.0.0.1:0")],
    );
    command.envs(environment.iter().copied());
    command
}

fn command(program: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    // Long timeouts, since other tests keep the machine busy.
    let timeouts = [
        ("COGNITO_M2M_JWKS_CONNECT_TIMEOUT", "30"),
        ("COGNITO_M2M_JWKS_TIMEOUT", "30"),
        ("COGNITO_M2M_MAPPING_TIMEOUT", "30"),
        ("COGNITO_M2M_SHUTDOWN_TIMEOUT", "60"),
    ];
    command
        .env_clear()
        .envs(timeouts)
        .envs(environment.iter().copied());
    command
}
