//! Is this token valid for my user pool, and if not, why?
//!
//! Reads the token from its argument or from standard input, which keeps it out of the list of
//! processes. The environment selects the user pool, as for every program that calls
//! `CognitoAuth::from_env`. If the token is valid, prints its claims. If not, prints the rule that
//! refused it, what the token has there, and the setting with which it would pass, and ends with exit
//! code 1.

mod configured;
mod explanation;
mod issuer;
mod untrusted;

use std::{
    env,
    error::Error,
    io::{self, Read},
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use cognito_m2m::{CognitoAuth, error::Refusal};

use crate::{
    configured::Configured,
    explanation::{Remedy, explain},
    untrusted::UntrustedToken,
};

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
    let token = token.trim();
    let auth = CognitoAuth::from_env()?;
    let configured = Configured::from_env();
    match auth.validate_token(token).await {
        Ok(principal) => {
            if !configured.lists_client(&principal) {
                eprintln!(
                    "validate_token: the token is valid, but handlers without a list of clients refuse the client: it is not in `allowed_client_ids`"
                );
            }
            Ok(serde_json::to_string_pretty(principal.claims())?)
        }
        Err(refusal) => Err(report(&refusal, token, &configured).into()),
    }
}

/// Returns the lines about a refused token. They contain neither the token nor its signature.
fn report(refusal: &Refusal, token: &str, configured: &Configured) -> String {
    let untrusted = UntrustedToken::decode(token);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0.0, |since| since.as_secs_f64());
    let explanation = explain(refusal.reason(), &untrusted, configured, now);
    let mut lines = vec![
        refusal.to_string(),
        format!("reason: {}", refusal.reason()),
        format!("rule: {}", explanation.rule),
    ];
    for name in explanation.members {
        lines.push(format!(
            "the token has (unverified): {name} = {}",
            untrusted.shown(name)
        ));
    }
    lines.push(match explanation.remedy {
        Remedy::Setting(setting) => format!("it would pass with: {setting}"),
        Remedy::NoSetting(advice) => format!("no setting makes it pass: {advice}"),
    });
    lines.join("\n")
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
