//! The memory of the caches of verified tokens, and of the process under floods of distinct tokens.
//!
//! First, the bytes that a full cache allocates per token in addition to the token's text, by counting
//! allocations. Then, for each flood, the resident memory of a new process after each tenth of the
//! tokens. The process generates every token when it is sent, keeps none, and validates it once with
//! `CognitoAuth::validate_token`, or twice in the middleware of an app. It also contains the local Cognito.
//!
//! `cargo bench -p cognito-m2m --features testing --bench memory` requires Linux and takes about ten
//! minutes. With `-- --tokens 500000`, floods have that many tokens instead of a million. With fewer, the
//! growth of the mixed floods includes the filling of the cache.

mod cached;
mod flood;
mod key;
mod resident;
mod tokens;

use std::env;
use std::ops::RangeInclusive;
use std::process::{Command, ExitCode};

use cognito_m2m::CognitoAuth;

use self::flood::Flood;
use self::tokens::Tokens;

const USAGE: &str = "\
cargo bench -p cognito-m2m --features testing --bench memory -- [OPTION]

  --tokens NUMBER  sends this many tokens per flood, from 1000 to 10000000 (default: 1000000)
  --help           prints this text";

const DEFAULT_TOKENS: usize = 1_000_000;
const ALLOWED_TOKENS: RangeInclusive<usize> = 1_000..=10_000_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), String> {
    // From `measure`.
    if let ["--flood", name, "--tokens", number] = arguments {
        let flood = Flood::ALL.into_iter().find(|flood| flood.name == *name);
        let flood = flood.ok_or_else(|| format!("unknown flood: {name}"))?;
        flood.run(parse_number(number)?);
        return Ok(());
    }
    // `cargo bench` passes `--bench`. `cargo test --benches` does not, and only checks that the program
    // starts.
    if !arguments.contains(&"--bench") {
        return Ok(());
    }
    let arguments: Vec<&str> = arguments
        .iter()
        .copied()
        .filter(|argument| *argument != "--bench")
        .collect();
    match arguments[..] {
        [] => measure(DEFAULT_TOKENS),
        ["--tokens", number] => measure(parse_number(number)?),
        ["--help"] => println!("{USAGE}"),
        _ => return Err(format!("unexpected arguments: {}", arguments.join(" "))),
    }
    Ok(())
}

fn parse_number(text: &str) -> Result<usize, String> {
    let number = text.parse().ok();
    number
        .filter(|number| ALLOWED_TOKENS.contains(number))
        .ok_or_else(|| format!("expected a number of tokens, found {text:?}"))
}

fn measure(number: usize) {
    cached::print_bytes_per_token();
    flood::print_head();
    for flood in Flood::ALL {
        // In a process of its own, so that memory freed by one flood is not used by the next.
        let program = env::current_exe().expect("the path of this program is known");
        let number = number.to_string();
        let arguments = ["--flood", flood.name, "--tokens", &number];
        let status = Command::new(program).args(arguments).status();
        assert!(status.expect("the program starts").success());
    }
}

/// Returns the authentication for the user pool of the tokens, with its keys fetched.
async fn authentication(tokens: &Tokens) -> CognitoAuth {
    let auth = CognitoAuth::new(tokens.cognito().settings()).expect("the settings are valid");
    auth.prefetch().await.expect("the keys are fetched");
    auth
}
