//! `local_cognito` prints the variables of a user pool, and tokens that are valid for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    program::{Program, run_fetch_token, run_validate_token},
    user_pool::pool,
};

#[test]
fn printed_variables_and_tokens_work() {
    let mut program = Program::local_cognito();
    let printed = program.printed_until(|line| line.starts_with("# Ctrl-C"));
    let variables: BTreeMap<&str, &str> = printed
        .iter()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.trim_start_matches("export ").split_once('='))
        .collect();
    let environment = pool(
        variables["COGNITO_M2M_ISSUER"],
        variables["COGNITO_M2M_JWKS_URL"],
    );
    let scopes = |token: &str| {
        let output = run_validate_token(&environment, &[], token);
        let claims: Value = serde_json::from_slice(&output.stdout).expect("the token is valid");
        claims["scope"].clone()
    };
    assert_eq!(scopes(variables["READER"]), json!("orders/read"));
    assert_eq!(
        scopes(variables["WRITER"]),
        json!("orders/read orders/write")
    );
    assert_eq!(
        scopes(variables["ADMIN"]),
        json!("orders/read orders/admin")
    );

    let client = [
        "COGNITO_M2M_TOKEN_URL",
        "COGNITO_M2M_CLIENT_ID",
        "COGNITO_M2M_CLIENT_SECRET",
    ];
    let output = run_fetch_token(&client.map(|name| (name, variables[name])));
    let token = String::from_utf8(output.stdout).expect("a token is UTF-8");
    assert_eq!(scopes(&token), json!("orders/read"));
}
