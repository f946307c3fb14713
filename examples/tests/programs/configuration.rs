//! A program that can't start says why, in one message, and ends with exit code 1.

use std::net::TcpListener;

use crate::program::{pool, run_widgets};

fn fault_of(environment: &[(&str, &str)]) -> String {
    let output = run_widgets(environment);
    assert_eq!(output.status.code(), Some(1), "{environment:?}");
    assert!(output.stdout.is_empty(), "nothing listens: {environment:?}");
    let message = String::from_utf8(output.stderr).expect("a message in UTF-8");
    assert!(!message.contains("panicked"), "{message}");
    message
}

#[test]
fn faults_of_the_program_name_their_variable() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    for (name, value) in [
        ("WIDGETS_ADDR", "nowhere"),
        ("WIDGETS_ADDR", "127.0.0.1:99999"),
        ("ACTIX_WORKERS", "0"),
        ("ACTIX_WORKERS", "many"),
        ("DATABASE_URL", "oracle://user:secret@host/db"),
        // Port 9 is `discard`: no database answers there.
        ("DATABASE_URL", "postgres://user:secret@127.0.0.1:9/db"),
        ("DATABASE_URL", "postgresql://user:secret@127.0.0.1:x/db"),
        ("DATABASE_URL", "mysql://user:secret@127.0.0.1:9/db"),
        ("DATABASE_URL", "mysql://user:secret@127.0.0.1:x/db"),
        ("DATABASE_URL", "/nowhere/widgets.db"),
        ("DATABASE_URL", folder),
    ] {
        let message = fault_of(&[(name, value)]);
        assert!(message.contains(name), "{name}={value}: {message}");
        assert!(!message.contains("secret"), "{message}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let message = fault_of(&[("WIDGETS_ADDR", &address)]);
    assert!(message.contains(&address), "{message}");
}

#[test]
fn all_faults_of_the_pool_are_told_at_once() {
    let [issuer, jwks_url] = pool("https://issuer.example", "http://keys.example/jwks");
    let message = fault_of(&[issuer, jwks_url, ("COGNITO_M2M_LEEWAY", "soon")]);
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
fn half_a_pool_does_not_bring_up_a_local_cognito() {
    for (name, value) in [
        ("COGNITO_M2M_REGION", "us-east-1"),
        ("COGNITO_M2M_JWKS_URL", "https://keys.example/jwks"),
    ] {
        let message = fault_of(&[(name, value)]);
        assert!(message.contains("user_pool_id"), "{message}");
    }
}

#[test]
fn a_mistyped_variable_does_not_bring_up_a_local_cognito() {
    let message = fault_of(&[("COGNITO_M2M_USERPOOL_ID", "us-east-1_Abc123")]);
    assert!(message.contains("COGNITO_M2M_USERPOOL_ID"), "{message}");
}
