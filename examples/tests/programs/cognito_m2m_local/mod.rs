//! `cognito-m2m-local` serves a user pool from a file of clients, and signs tokens for it.

mod file;
mod folder;
mod keys;

use std::net::TcpListener;

use serde_json::json;

use self::folder::Folder;
use crate::program::{Widgets, run_fetch_token, run_validate_token};

const CLIENTS: &str = r#"
[[clients]]
id = "reporting"
secret = "s3cret"
second_secret = "n3xt"
scopes = ["widgets/read", "widgets/write"]

[[clients]]
id = "other"
secret = "0ther"
scopes = ["other/read"]
"#;

fn folder() -> Folder {
    Folder::new("", CLIENTS)
}

#[test]
fn printed_variables_work_for_an_api_and_for_its_caller() {
    let folder = folder();
    let served = folder.serve();
    let widgets = Widgets::start(&served.api());
    let mut caller = served.environment();
    caller.push(("COGNITO_M2M_CLIENT_SCOPES", "widgets/read"));
    let fetched = run_fetch_token(&caller);
    let token = String::from_utf8(fetched.stdout).expect("a token is UTF-8");
    let claims = served.claims(&token);
    assert_eq!(claims["client_id"], json!("reporting"));
    assert_eq!(claims["scope"], json!("widgets/read"));
    let status = |token: Option<&str>| widgets.send("GET", "/widgets", token).status;
    assert_eq!(status(Some(token.trim())), 200);
    assert_eq!(status(Some(&folder.token(&["other"]))), 403);
    assert_eq!(status(None), 401);
}

#[test]
fn both_secrets_are_accepted_and_no_other() {
    let served = folder().serve();
    for (secret, code) in [("s3cret", 0), ("n3xt", 0), ("0ther", 1)] {
        let mut caller = served.environment();
        caller.push(("COGNITO_M2M_CLIENT_SECRET", secret));
        let output = run_fetch_token(&caller);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }
}

#[test]
fn token_has_the_requested_scopes_or_all_scopes_of_the_client() {
    let folder = folder();
    let served = folder.serve();
    for (arguments, scope) in [
        (&["reporting"][..], "widgets/read widgets/write"),
        (&["reporting", "widgets/write"], "widgets/write"),
        (
            &["reporting", "widgets/write widgets/read"],
            "widgets/write widgets/read",
        ),
        (&["--any", "other"], "other/read"),
        (&["other", "new/scope", "--any"], "new/scope"),
        (
            &["stranger", "--config=clients.toml", "--any", "--", "-a"],
            "-a",
        ),
    ] {
        let claims = served.claims(&folder.token(arguments));
        assert_eq!(claims["scope"], json!(scope));
        let client = arguments.iter().find(|word| !word.starts_with('-'));
        assert_eq!(claims["client_id"], json!(client));
    }
    let unregistered = served.claims(&folder.token(&["stranger", "--any"]));
    assert!(
        unregistered["scope"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
    );
}

#[test]
fn clients_and_scopes_that_are_not_in_the_file_are_refused() {
    let folder = folder();
    for (arguments, problem) in [
        (&["token", "stranger"][..], "has no client `stranger`"),
        (&["token", "s3cret"], "has no client"),
        (
            &["token", "other", "other/read", "widgets/read"],
            "does not have the scope `widgets/read`, only other/read",
        ),
        (&["token", "other", "a\"b", "--any"], "is not a scope"),
        (&["token", "a b", "--any"], "client ID"),
    ] {
        let error = folder.failure(arguments);
        assert!(error.contains(problem), "{error}");
    }
    assert_eq!(folder.file_names(), ["clients.toml"]);
}

#[test]
fn tokens_have_the_issuer_and_the_lifetime_of_the_file() {
    let aws = "amazonaws.com/eu-west-1_Pool1";
    for (issuer, expected) in [
        ("original", format!("https://cognito-idp.eu-west-1.{aws}")),
        (
            "updated",
            format!("https://issuer-cognito-idp.eu-west-1.{aws}"),
        ),
        ("https://id.example/p", "https://id.example/p".to_owned()),
        ("http://localhost:1/p", "http://localhost:1/p".to_owned()),
    ] {
        let settings = format!(
            "user_pool_id = \"eu-west-1_Pool1\"\nissuer = \"{issuer}\"\ntoken_lifetime = 77"
        );
        let folder = Folder::new(&settings, CLIENTS);
        let token = folder.token(&["reporting"]);
        let served = folder.serve();
        let pool = match issuer {
            "original" | "updated" => ("COGNITO_M2M_USER_POOL_ID", "eu-west-1_Pool1"),
            _ => ("COGNITO_M2M_ISSUER", issuer),
        };
        assert_eq!(served.api()[0], pool);
        let claims = served.claims(&token);
        assert_eq!(claims["iss"], json!(expected));
        let time = |name: &str| claims[name].as_u64().expect("a time");
        assert_eq!(time("exp") - time("iat"), 77);
        let fetched = run_fetch_token(&served.environment());
        let fetched = String::from_utf8(fetched.stdout).expect("a token is UTF-8");
        assert_eq!(served.claims(&fetched)["iss"], json!(expected));
    }
}

#[test]
fn tokens_of_another_pool_are_refused() {
    let (ours, other) = (folder(), folder());
    let served = ours.serve();
    let output = run_validate_token(&served.api(), &[], &other.token(&["reporting"]));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn port_in_use_is_reported_with_the_setting_to_change() {
    let folder = folder();
    let _taken = TcpListener::bind(("127.0.0.1", folder.port)).expect("the port is free");
    let error = folder.failure(&["serve"]);
    let expected = format!("failed to bind 127.0.0.1:{}: ", folder.port);
    assert!(error.contains(&expected), "{error}");
    assert!(
        error.contains("set another `port` in clients.toml"),
        "{error}"
    );
}

#[test]
fn signals_stop_the_server_with_exit_code_0() {
    for signal in ["-TERM", "-INT"] {
        let served = folder().serve();
        assert_eq!(served.program.stop_with(signal), Some(0), "{signal}");
    }
}

#[test]
fn address_that_other_machines_reach_causes_a_warning() {
    let folder = Folder::new("address = \"0.0.0.0\"", CLIENTS);
    let mut served = folder.serve();
    let issuer = format!("http://127.0.0.1:{}/us-east-1_Local0001", folder.port);
    assert_eq!(served.variable("COGNITO_M2M_ISSUER"), issuer);
    served.claims(&folder.token(&["reporting"]));
    let warnings = served.program.kill_and_read_stderr();
    assert!(warnings.contains("other machines may reach"), "{warnings}");

    let mut served = self::folder().serve();
    assert_eq!(served.program.kill_and_read_stderr(), "");
}

#[test]
fn invalid_arguments_print_the_usage_and_end_with_exit_code_2() {
    let folder = folder();
    for arguments in [
        &[][..],
        &["start"],
        &["serve", "reporting"],
        &["serve", "--any"],
        &["serve", "--port", "1"],
        &["serve", "--config"],
        &["serve", "--config="],
        &["serve", "--config", "a", "--config=b"],
        &["token"],
        &["token", "--any"],
        &["token", "-x"],
    ] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.starts_with("cognito-m2m-local: "), "{error}");
        assert!(error.contains("\nUsage:\n"), "{error}");
    }
    for arguments in [&["help"][..], &["--help"], &["-h"], &["token", "--help"]] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stdout.starts_with(b"Usage:"), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}
