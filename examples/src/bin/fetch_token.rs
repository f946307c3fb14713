//! How do I get a token in a shell?
//!
//! Fetches a token from Cognito and prints it, so that `TOKEN=$(fetch_token)` works. The
//! environment configures the client:
//!
//! - `COGNITO_M2M_CLIENT_ID` and `COGNITO_M2M_CLIENT_SECRET`
//! - `COGNITO_M2M_TOKEN_URL`: the token endpoint. Or, without a domain,
//!   `COGNITO_M2M_CLIENT_API_REGION`: the Region of the user pool, with the optional
//!   `COGNITO_M2M_CLIENT_API_FALLBACK_REGION` and `COGNITO_M2M_CLIENT_API_FIPS`. Or
//!   `COGNITO_M2M_CLIENT_API_URL`: the URL of such an API.
//! - `COGNITO_M2M_CLIENT_SCOPES`: the scopes, separated by spaces. Defaults to all scopes of the
//!   client.
//! - `COGNITO_M2M_CLIENT_FORM_PARAMETERS`: additional parameters for the token endpoint, such as
//!   `resource=https%3A%2F%2Fapi.example.com`.
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
