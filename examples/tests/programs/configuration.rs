//! A program with an invalid configuration reports it in one message and ends with exit code 1.

use std::net::TcpListener;

use crate::{
    program::{run_guarded_api, run_widgets},
    user_pool::pool,
};

fn startup_error(environment: &[(&str, &str)]) -> String {
    let output = run_widgets(environment);
    assert_eq!(output.status.code(), Some(1), "{environment:?}");
    assert!(
        output.stdout.is_empty(),
        "the program does not listen: {environment:?}"
    );
    let message = String::from_utf8(output.stderr).expect("the message is UTF-8");
    assert!(!message.contains("panicked"), "{message}");
    message
}

#[test]
fn invalid_variables_of_the_program_are_named() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    for (name, value) in [
        ("WIDGETS_ADDR", "nowhere"),
        ("WIDGETS_ADDR", "127.0.0.1:99999"),
        ("ACTIX_WORKERS", "0"),
        ("ACTIX_WORKERS", "many"),
        ("DATABASE_URL", "oracle://user:secret@host/db"),
        // Nothing listens on port 9, `discard`.
        ("DATABASE_URL", "postgres://user:secret@127.0.0.1:9/db"),
        ("DATABASE_URL", "postgresql://user:secret@127.0.0.1:x/db"),
        ("DATABASE_URL", "mysql://user:secret@127.0.0.1:9/db"),
        ("DATABASE_URL", "mysql://user:secret@127.0.0.1:x/db"),
        ("DATABASE_URL", "/nowhere/widgets.db"),
        ("DATABASE_URL", folder),
    ] {
        let message = startup_error(&[(name, value)]);
        assert!(message.contains(name), "{name}={value}: {message}");
        assert!(!message.contains("secret"), "{message}");
    }
}

#[test]
fn port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let address = taken.local_addr().expect("a bound address").to_string();
    let message = startup_error(&[("WIDGETS_ADDR", &address)]);
    assert!(message.contains(&address), "{message}");
}

#[test]
fn all_invalid_settings_are_reported_together() {
    let [issuer, jwks_url] = pool("https://issuer.example", "http://keys.example/jwks");
    let message = startup_error(&[issuer, jwks_url, ("COGNITO_M2M_LEEWAY", "soon")]);
    assert!(
        message.contains("jwks_url") || message.contains("COGNITO_M2M_JWKS_URL"),
        "{message}"
    );
    assert!(
        message.contains("leeway") || message.contains("COGNITO_M2M_LEEWAY"),
        "{message}"
    );
}

#[test]
fn incomplete_pool_does_not_start_a_local_cognito() {
    for (name, value) in [
        ("COGNITO_M2M_REGION", "us-east-1"),
        ("COGNITO_M2M_JWKS_URL", "https://keys.example/jwks"),
    ] {
        let message = startup_error(&[(name, value)]);
        assert!(message.contains("user_pool_id"), "{message}");
    }
}

#[test]
fn mistyped_variable_does_not_start_a_local_cognito() {
    let message = startup_error(&[("COGNITO_M2M_USERPOOL_ID", "us-east-1_Abc123")]);
    assert!(message.contains("COGNITO_M2M_USERPOOL_ID"), "{message}");
}

/// The `main` function of this program returns `Box<dyn Error>`, which prints `Debug`.
#[test]
fn error_that_main_returns_is_printed_in_lines() {
    let output = run_guarded_api(&[("COGNITO_M2M_LEEWAY", "soon")]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).expect("the message is UTF-8");
    let lines: Vec<_> = message.lines().collect();
    let [title, leeway, region, pool] = lines.as_slice() else {
        panic!("expected a line for each fault: {message}");
    };
    assert_eq!(*title, "Error: 3 faults in the settings of cognito-m2m:");
    for (line, variable) in [
        (leeway, "LEEWAY"),
        (region, "REGION"),
        (pool, "USER_POOL_ID"),
    ] {
        let setting = variable.to_lowercase();
        let start = format!("  - `{setting}` (COGNITO_M2M_{variable}): ");
        assert!(line.starts_with(&start), "{message}");
    }
}
