//! How do I get a token?
//!
//! Asks the token endpoint once, as the environment says, and prints the token and nothing else,
//! so that `TOKEN=$(fetch_token)` works:
//!
//! - `COGNITO_M2M_TOKEN_URL`, `COGNITO_M2M_CLIENT_ID`, `COGNITO_M2M_CLIENT_SECRET`
//! - `COGNITO_M2M_CLIENT_SCOPES`, separated by blanks; without it, all the scopes of the client
//!
//! What goes wrong is told on standard error, and ends with exit code 1.

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use cognito_m2m::client::TokenClient;

#[actix_web::main]
async fn main() -> ExitCode {
    match fetch().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("fetch_token: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn fetch() -> Result<(), Box<dyn Error>> {
    let tokens = TokenClient::from_env()?;
    let response = tokens.fetch_token(()).await?;
    let token = response.access_token();
    for scope in token.missing_scopes() {
        eprintln!("fetch_token: the token lacks the scope {scope}");
    }
    writeln!(io::stdout().lock(), "{}", token.secret())?;
    Ok(())
}
