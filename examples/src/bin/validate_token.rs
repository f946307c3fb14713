//! Is this token valid for my user pool, and if not, why?
//!
//! Reads the token from its argument or from standard input, which keeps it out of the list of
//! processes. The environment selects the user pool, as for every program that calls
//! `CognitoAuth::from_env`. If the token is valid, prints its claims. If not, prints the reason and
//! ends with exit code 1.

use std::{
    env,
    error::Error,
    io::{self, Read},
    process::ExitCode,
};

use cognito_m2m::CognitoAuth;

/// The maximum size of the input. The library has a lower limit for tokens.
const MAX_INPUT_BYTES: u64 = 1024 * 1024;

#[actix_web::main]
async fn main() -> ExitCode {
    match validate().await {
        Ok(claims) => {
            println!("{claims}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("validate_token: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn validate() -> Result<String, Box<dyn Error>> {
    let token = read_token()?;
    let auth = CognitoAuth::from_env()?;
    let principal = auth.validate_token(token.trim()).await?;
    Ok(serde_json::to_string_pretty(principal.claims())?)
}

fn read_token() -> Result<String, Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(token), None) => Ok(token
            .into_string()
            .map_err(|_| "expected a token in UTF-8")?),
        (Some(_), Some(_)) => {
            Err("expected one token, as the argument or on standard input".into())
        }
        (None, _) => {
            let mut token = String::new();
            io::stdin()
                .take(MAX_INPUT_BYTES)
                .read_to_string(&mut token)?;
            Ok(token)
        }
    }
}
