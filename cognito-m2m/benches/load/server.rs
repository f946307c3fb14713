use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use cognito_m2m::testing::LocalCognito;

use crate::arguments::SERVE;
use crate::cores::Cores;
use crate::databases::Databases;
use crate::rivals;
use crate::scenarios::{Scenario, ServerKind};

/// The time in which a server has to print its address.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A running server process, which is killed when this is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts the server of a scenario.
    pub(crate) fn start(
        scenario: &Scenario,
        cores: &Cores,
        cognito: &LocalCognito,
        databases: &Databases,
    ) -> Self {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let (program, arguments) = match scenario.kind {
            ServerKind::Rival(name) => {
                let program = rivals::program().expect("the program has been built");
                let jwk = cognito.signing_key().public_jwk();
                let member = |name: &str| {
                    let member = jwk[name].as_str();
                    member.expect("the key has this member").to_owned()
                };
                let issuer = cognito.issuer().to_owned();
                let arguments = vec![name.to_owned(), issuer, member("n"), member("e")];
                (path(&program), arguments)
            }
            _ => {
                let program = std::env::current_exe().expect("the path of this program");
                let arguments = vec![
                    SERVE.to_owned(),
                    scenario.name.to_owned(),
                    cognito.issuer().to_owned(),
                    cognito.jwks_url(),
                    databases.address(scenario),
                ];
                (path(&program), arguments)
            }
        };
        let process = cores
            .server_command(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = process.expect("the server process starts");
        let Some(address) = printed_address(&mut process) else {
            // It may have ended by itself.
            let _ = process.kill();
            let _ = process.wait();
            panic!("the server of {} does not start", scenario.name);
        };
        Self { process, address }
    }

    /// Returns the ID of the process. `taskset` replaces itself by the server.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

/// Returns the address in the first line of the output, or `None` if there is no such line in time.
fn printed_address(process: &mut Child) -> Option<SocketAddr> {
    let output = process.stdout.take().expect("the output is piped");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        // The receiver has given up after the deadline.
        let _ = sender.send(read.map(|_| line));
    });
    let line = receiver.recv_timeout(START_TIMEOUT).ok()?.ok()?;
    line.trim().parse().ok()
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
