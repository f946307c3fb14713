//! How do several programs on my machine share one user pool, without AWS?
//!
//! `cognito-m2m-local serve` serves a local Cognito from a file of app clients. Its address, its issuer
//! and its signing keys stay the same when it is started again. It prints the variables that select it
//! as the user pool of an API, and those for a service that calls the API. It runs until Ctrl-C or
//! SIGTERM.
//!
//! `cognito-m2m-local token reporting widgets/read` prints a token of the client `reporting` and nothing
//! else, so that `TOKEN=$(cognito-m2m-local token reporting)` works. The server does not have to run.
//!
//! Both read `clients.toml` in the current folder, or the file that `--config` names. The file in
//! `examples/cognito-m2m-local/` explains all its settings:
//!
//! ```text
//! cd examples/cognito-m2m-local
//! cargo run -p cognito-m2m-examples --bin cognito-m2m-local -- serve
//! ```
//!
//! The exit code is 1 if a command fails, and 2 if its arguments are invalid.

mod arguments;
mod client;
mod configuration;
mod document;
mod fault;
mod key_file;
mod serve;
mod token;

use std::{
    env,
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use crate::{
    arguments::{Command, USAGE},
    configuration::Configuration,
};

#[actix_web::main]
async fn main() -> ExitCode {
    let command = match arguments::parse(env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => {
            eprint!("cognito-m2m-local: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cognito-m2m-local: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Help => write!(io::stdout().lock(), "{USAGE}")?,
        Command::Serve { config } => serve::run(&Configuration::load(&config)?).await?,
        Command::Token { config, request } => {
            let token = token::sign(&Configuration::load(&config)?, &request)?;
            writeln!(io::stdout().lock(), "{token}")?;
        }
    }
    Ok(())
}
