//! The throughput, latency, CPU time and memory of guarded handlers under load, compared with the same
//! handler bare.
//!
//! `cargo bench -p cognito-m2m --features testing,diesel-sqlite,diesel-postgres,diesel-r2d2,diesel-async-bb8 --bench load`
//!
//! Each scenario has a server of its own, a process with one worker on a processor core of its own. The
//! load generator runs on another core, with 32 connections over loopback. It sleeps between responses only
//! in the scenario that queries PostgreSQL for every request, because the database server needs a core too,
//! and in the bare one that this scenario is compared with. Rounds of 0.75 seconds alternate between the
//! servers, so that other programs on the machine affect all of them alike. The bare server gets the same
//! requests, and each round is compared with that of the bare server. The results are medians. The report
//! names the servers that used less than 95 % of their core.
//!
//! `-- TEXT..` runs only the scenarios whose names contain one of the texts, `-- --rounds N` and
//! `-- --seconds N` change the number of rounds and their duration, and `-- --list` prints the names. The
//! default takes about nine minutes. Linux samples the division of CPU time into user and system time, 100
//! to 1,000 times a second, so a precise user time takes many rounds: `-- one-token --rounds 200`.
//!
//! The scenarios with PostgreSQL require a server on 127.0.0.1:5432 (user `postgres`, database `test`), in
//! which the benchmark creates a schema and drops it. Those with other crates require a program:
//! `cargo build --release --locked --manifest-path tests/rivals/Cargo.toml --target-dir target`.
//! The benchmark requires Linux.

mod arguments;
mod cores;
mod databases;
mod generator;
mod measurement;
mod process;
mod report;
mod requests;
mod rivals;
mod run;
mod scenarios;
mod serve;
mod server;
mod users;

use std::process::ExitCode;

use arguments::{Command, USAGE};

fn main() -> ExitCode {
    let command = match Command::from_arguments(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match command {
        Command::Test => {}
        Command::List => {
            for scenario in &scenarios::SCENARIOS {
                println!("{}: {}", scenario.name, scenario.text);
            }
        }
        Command::Serve(task) => serve::serve(&task),
        Command::Run(options) => return run::run(&options),
    }
    ExitCode::SUCCESS
}
