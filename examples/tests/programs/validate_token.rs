//! `validate_token` prints the claims, or explains the refusal and ends with exit code 1.

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

/// Validates a token with additional variables.
fn run_with(cognito: &LocalCognito, variables: &[(&str, &str)], token: &str) -> Output {
    let jwks_url = cognito.jwks_url();
    let pool = pool(cognito.issuer(), &jwks_url);
    run_validate_token(&[&pool[..], variables].concat(), &[], token)
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
fn explanation_names_the_rule_and_the_setting() {
    let cognito = cognito();
    let valid = token(&cognito, &["other/read"]);
    let user = cognito.token("service").claim("username", "jane").sign();
    let expired = cognito.token("service").expired().sign();
    for (variables, token, parts) in [
        (
            &[("COGNITO_M2M_RESOURCE_SERVERS", "widgets")][..],
            &valid,
            &[
                "reason: other_resource_server",
                "scope = \"other/read\"",
                "client_id = \"service\"",
                "it would pass with: \"other\" in `resource_servers`",
            ][..],
        ),
        (
            &[("COGNITO_M2M_AUDIENCE", "https://api.example.com")],
            &valid,
            &["reason: aud", "aud = none", "`resource_servers`"],
        ),
        (
            &[("COGNITO_M2M_MAX_TOKEN_BYTES", "100")],
            &valid,
            &["reason: too_long", "it would pass with: `max_token_bytes`"],
        ),
        (
            &[("COGNITO_M2M_MAX_TOKEN_LIFETIME", "60")],
            &valid,
            &[
                "reason: lifetime",
                "`max_token_lifetime` of at least 3600 s",
            ],
        ),
        (
            &[],
            &user,
            &["reason: user_token", "`accept_user_tokens` = true"],
        ),
        (
            &[],
            &expired,
            &["reason: expired", "the token has (unverified): exp = "],
        ),
    ] {
        let reason = reason(&run_with(&cognito, variables, token));
        for part in parts {
            assert!(reason.contains(part), "{part} in {reason}");
        }
        for part in token.split('.') {
            assert!(!reason.contains(part), "{reason}");
        }
    }
    assert_eq!(
        run_with(
            &cognito,
            &[("COGNITO_M2M_RESOURCE_SERVERS", "other")],
            &valid
        )
        .status
        .code(),
        Some(0)
    );
}

#[test]
fn issuers_of_the_same_pool_are_told_apart_from_those_of_others() {
    let cognito = cognito();
    let host = "us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";
    for (issuer, part) in [
        (
            "https://cognito-idp.us-west-2.amazonaws.com/us-east-1_AbCdEfGhI".to_owned(),
            "\"us-west-2\" in `replica_regions`",
        ),
        (
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other".to_owned(),
            "`user_pool_id` = \"us-east-1_Other\"",
        ),
        (
            format!("https://cognito-idp.{host}\u{1b}[31m"),
            "`issuer` and `jwks_url`",
        ),
    ] {
        let token = cognito.token("service").claim("iss", issuer).sign();
        let variables = [("COGNITO_M2M_USER_POOL_ID", "us-east-1_AbCdEfGhI")];
        let reason = reason(&run_validate_token(&variables, &[], &token));
        assert!(reason.contains("reason: iss"), "{reason}");
        assert!(reason.contains(part), "{part} in {reason}");
        assert!(!reason.contains('\u{1b}'), "{reason}");
    }
}

#[test]
fn forged_token_passes_with_no_setting() {
    let cognito = cognito();
    let forged = cognito.token("service").unsigned().sign();
    let unknown = cognito.token("service").kid("unknown").sign();
    for (token, member) in [(forged, "alg = \"none\""), (unknown, "kid = \"unknown\"")] {
        let reason = reason(&run(&cognito, &[], &token));
        assert!(reason.contains(member), "{reason}");
        assert!(reason.contains("no setting makes it pass: "), "{reason}");
    }
}

#[test]
fn client_that_handlers_do_not_admit_by_default_is_noted() {
    let cognito = cognito();
    let token = token(&cognito, &["widgets/read"]);
    for (clients, is_noted) in [("other", true), ("other, service", false)] {
        let variables = [("COGNITO_M2M_ALLOWED_CLIENT_IDS", clients)];
        let output = run_with(&cognito, &variables, &token);
        assert_eq!(output.status.code(), Some(0), "the token is valid");
        let note = String::from_utf8_lossy(&output.stderr);
        assert_eq!(note.contains("`allowed_client_ids`"), is_noted, "{note}");
    }
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
