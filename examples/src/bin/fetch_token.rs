//! How do I get a token in a shell?
//!
//! Fetches a token from the token endpoint and prints it, so that `TOKEN=$(fetch_token)` works. The
//! environment configures the client:
//!
//! - `COGNITO_M2M_TOKEN_URL`, `COGNITO_M2M_CLIENT_ID` and `COGNITO_M2M_CLIENT_SECRET`
//! - `COGNITO_M2M_CLIENT_SCOPES`: the scopes, separated by spaces. Defaults to all scopes of the
//!   client.
//!
//! On failure, it prints the error to standard error and ends with exit code 1.

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
        Err(error) => {
            eprintln!("fetch_token: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn fetch() -> Result<(), Box<dyn Error>> {
    let tokens = TokenClient::from_env()?;
    let response = tokens.fetch_token(()).await?;
    let token = response.access_token();
    for scope in token.missing_scopes() {
        eprintln!("fetch_token: the token was granted without the scope {scope}");
    }
    writeln!(io::stdout().lock(), "{}", token.secret())?;
    Ok(())
}
