//! `validate_token` prints the claims, or ends with the reason for the refusal and exit code 1.

use std::process::Output;

use cognito_m2m::testing::LocalCognito;
use serde_json::{Value, json};

use crate::{
    program::run_validate_token,
    user_pool::{cognito, pool, token},
};

fn run(cognito: &LocalCognito, arguments: &[&str], input: &str) -> Output {
    run_validate_token(
        &pool(cognito.issuer(), &cognito.jwks_url()),
        arguments,
        input,
    )
}

fn reason(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let reason = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        reason.starts_with("validate_token: ") && !reason.contains("panicked"),
        "{reason}"
    );
    reason
}

#[test]
fn claims_of_a_valid_token_are_printed() {
    let cognito = cognito();
    let token = token(&cognito, &["widgets/read"]);
    let with_newline = format!("{token}\n");
    for (arguments, input) in [(&[token.as_str()][..], ""), (&[], with_newline.as_str())] {
        let output = run(&cognito, arguments, input);
        assert_eq!(output.status.code(), Some(0));
        let claims: Value = serde_json::from_slice(&output.stdout).expect("the claims are JSON");
        assert_eq!(claims["client_id"], json!("service"));
        assert_eq!(claims["scope"], json!("widgets/read"));
    }
}

#[test]
fn refusal_names_the_reason() {
    let cognito = cognito();
    let expired = cognito.token("service").expired().sign();
    assert!(reason(&run(&cognito, &[&expired], "")).contains("exp"));
    let forged = cognito.token("service").unsigned().sign();
    assert!(reason(&run(&cognito, &[], &forged)).contains("alg"));
    for garbage in ["", "garbage", "a.b.c"] {
        reason(&run(&cognito, &[], garbage));
    }
}

#[test]
fn refusal_never_contains_the_token() {
    let cognito = cognito();
    let expired = cognito.token("service").expired().sign();
    let signature = expired.rsplit('.').next().expect("a token has a signature");
    assert!(!reason(&run(&cognito, &[&expired], "")).contains(signature));
}

#[test]
fn two_arguments_are_refused() {
    reason(&run(&cognito(), &["a.b.c", "d.e.f"], ""));
}

#[test]
fn missing_pool_settings_are_named() {
    let output = run_validate_token(&[], &["a.b.c"], "");
    assert!(reason(&output).contains("user_pool_id"));
}
