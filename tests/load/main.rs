//! Measures the load that client activity puts on a database server.
//!
//! The program starts PostgreSQL and MariaDB servers of its own, on free ports and with empty
//! databases. Many processes, each with a real `CognitoAuth` and its activity store, then record the
//! activity of the same clients, which are all active every second. Each server is measured twice: with
//! `activity_precision` 0 and an index on `last_seen_at`, and with the defaults and no such index. Each
//! time, a window with ordinary load is followed by one in which all processes are restarted.
//!
//! All connections stay on the loopback interface. [`Arguments`] has the limits. The command is in
//! `.github/CONTRIBUTING.md`.

mod arguments;
mod counters;
mod fleet;
mod instance;
mod machine;
mod mariadb;
mod measurement;
mod postgres;
mod report;
mod scenario;
mod scratch;
mod server;

use std::error::Error;
use std::process::ExitCode;

use arguments::{Arguments, ServerKind, USAGE};
use instance::InstanceTask;
use mariadb::MariaDb;
use postgres::Postgres;
use report::Report;

type Failure = Box<dyn Error>;

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((role, task)) if role == instance::ROLE => match InstanceTask::from_arguments(task) {
            Some(task) => instance::run(task).await,
            None => Err("this role is for processes that the program starts".into()),
        },
        _ => run(&arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<(), Failure> {
    if arguments.iter().any(|it| it == "--help") {
        println!("{USAGE}");
        return Ok(());
    }
    let arguments = Arguments::parse(arguments)?;
    let mut report = Report::default();
    for kind in &arguments.servers {
        match kind {
            ServerKind::Postgres => scenario::run::<Postgres>(&arguments, &mut report).await?,
            ServerKind::MariaDb => scenario::run::<MariaDb>(&arguments, &mut report).await?,
        }
    }
    println!("\n{arguments}\n\n{report}");
    Ok(())
}
