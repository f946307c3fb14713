//! `fetch_token` prints the token and nothing else, or ends with an error and exit code 1.

use std::process::Output;

use cognito_m2m::testing::{LocalClient, LocalCognito};
use serde_json::Value;

use crate::{
    program::{run_fetch_token, run_validate_token},
    user_pool::{cognito, pool},
};

const SECRET: &str = "s3cret-of-the-caller";

fn caller() -> LocalCognito {
    let cognito = cognito();
    let scopes = ["widgets/read", "widgets/write"];
    cognito.register(LocalClient::new("caller").secret(SECRET).scopes(scopes));
    cognito
}

fn run(cognito: &LocalCognito, secret: &str, scopes: Option<&str>) -> Output {
    let url = cognito.token_url();
    let mut environment = vec![
        ("COGNITO_M2M_TOKEN_URL", url.as_str()),
        ("COGNITO_M2M_CLIENT_ID", "caller"),
        ("COGNITO_M2M_CLIENT_SECRET", secret),
    ];
    environment.extend(scopes.map(|scopes| ("COGNITO_M2M_CLIENT_SCOPES", scopes)));
    run_fetch_token(&environment)
}

fn scopes_of(cognito: &LocalCognito, output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    let token = String::from_utf8(output.stdout.clone()).expect("a token is UTF-8");
    let jwks_url = cognito.jwks_url();
    let environment = pool(cognito.issuer(), &jwks_url);
    let claims = run_validate_token(&environment, &[], &token);
    assert_eq!(claims.status.code(), Some(0));
    let claims: Value = serde_json::from_slice(&claims.stdout).expect("the claims are JSON");
    claims["scope"]
        .as_str()
        .expect("the claim `scope` is a string")
        .to_owned()
}

#[test]
fn token_is_printed_and_nothing_else() {
    let cognito = caller();
    let output = run(&cognito, SECRET, Some("widgets/read"));
    assert_eq!(scopes_of(&cognito, &output), "widgets/read");
    assert_eq!(cognito.token_requests(), 1);
}

#[test]
fn token_comes_from_the_api_without_a_domain() {
    let cognito = caller();
    let url = cognito.api_url();
    let output = run_fetch_token(&[
        ("COGNITO_M2M_CLIENT_API_URL", url.as_str()),
        ("COGNITO_M2M_CLIENT_ID", "caller"),
        ("COGNITO_M2M_CLIENT_SECRET", SECRET),
        ("COGNITO_M2M_CLIENT_SCOPES", "widgets/read"),
    ]);
    assert_eq!(scopes_of(&cognito, &output), "widgets/read");
}

#[test]
fn without_scopes_all_scopes_of_the_client_are_granted() {
    let cognito = caller();
    let output = run(&cognito, SECRET, None);
    assert_eq!(scopes_of(&cognito, &output), "widgets/read widgets/write");
}

#[test]
fn refusal_is_reported_without_the_secret() {
    let output = run(&caller(), "wrong-secret", Some("widgets/read"));
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let reason = String::from_utf8_lossy(&output.stderr);
    assert!(reason.contains("invalid_client"), "{reason}");
    assert!(!reason.contains("wrong-secret"), "{reason}");
}

#[test]
fn every_missing_variable_is_named() {
    let output = run_fetch_token(&[]);
    assert_eq!(output.status.code(), Some(1));
    let reason = String::from_utf8_lossy(&output.stderr);
    for variable in ["TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET"] {
        assert!(
            reason.contains(&format!("COGNITO_M2M_{variable}")),
            "{reason}"
        );
    }
}
