//! Additional parameters in the form of token requests.

use serde_json::json;

use super::oauth::*;
use super::*;
use crate::client::{CredentialPlacement, TokenClientBuildError, TokenClientSettings};

const BASE: [(&str, &str); 3] = [
    ("token_url", "https://id.example/token"),
    ("client_id", "reporting"),
    ("client_secret", SECRET),
];

/// Returns the faults of valid settings with these form parameters.
fn faults(parameters: &serde_json::Value) -> Vec<String> {
    let mut settings = json!({ "form_parameters": parameters });
    for (name, value) in BASE {
        settings[name] = value.into();
    }
    let settings: TokenClientSettings = serde_json::from_value(settings).unwrap();
    match TokenClient::builder().settings(settings).build() {
        Ok(_) => Vec::new(),
        Err(TokenClientBuildError::Settings(error)) => {
            error.faults().iter().map(ToString::to_string).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn parameters_are_sent_in_order_and_encoded() {
    let server = token_server([Reply::token("t")]);
    let tokens = client_builder(&server.url("/token"))
        .form_parameter("resource", "https://one.example/a b")
        .form_parameter("tenant", "x&client_id=other")
        .form_parameter("resource", "https://two.example")
        .credential_placement(CredentialPlacement::Form)
        .client_metadata("tenant", "blue")
        .build()
        .unwrap();
    tokens.token("a").await.unwrap();
    tokens.fetch_token("b").await.unwrap();
    let received = server.received();
    for (request, scope) in received.iter().zip(["a", "b"]) {
        let parameters: Vec<_> = url::form_urlencoded::parse(request.body.as_bytes())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            parameters,
            [
                "grant_type=client_credentials",
                &format!("scope={scope}"),
                "resource=https://one.example/a b",
                "tenant=x&client_id=other",
                "resource=https://two.example",
                r#"aws_client_metadata={"tenant":"blue"}"#,
                "client_id=reporting",
                &format!("client_secret={SECRET}"),
            ]
        );
    }
}

#[tokio::test]
async fn variable_sets_parameters() {
    let server = token_server([Reply::token("t")]);
    let url = server.url("/token");
    let settings = TokenClientSettings::from_variables([
        ("COGNITO_M2M_TOKEN_URL", url.as_str()),
        ("COGNITO_M2M_CLIENT_ID", "reporting"),
        ("COGNITO_M2M_CLIENT_SECRET", SECRET),
        (
            "COGNITO_M2M_CLIENT_FORM_PARAMETERS",
            "resource=https%3A%2F%2Fapi.example&tenant=a+b",
        ),
    ]);
    let tokens = TokenClient::builder().settings(settings).build().unwrap();
    tokens.token("a").await.unwrap();
    assert_eq!(
        server.received()[0].body,
        "grant_type=client_credentials&scope=a&resource=https%3A%2F%2Fapi.example&tenant=a+b"
    );
}

#[test]
fn reserved_and_repeated_names_are_faults() {
    for name in [
        "grant_type",
        "scope",
        "client_id",
        "client_secret",
        "aws_client_metadata",
        "client_assertion",
        "client_assertion_type",
        "CLIENT_SECRET",
    ] {
        let builder = client_builder("https://id.example/token");
        let Err(TokenClientBuildError::Settings(error)) =
            builder.form_parameter(name, "m4rker").build()
        else {
            panic!("{name} is not reserved");
        };
        let from_code = error.to_string();
        let from_file = faults(&json!({ name: "m4rker" })).concat();
        for shown in [from_code, from_file] {
            assert!(
                shown.contains(&name.to_lowercase()) && shown.contains("reserved"),
                "{shown}"
            );
            assert!(
                shown.contains("COGNITO_M2M_CLIENT_FORM_PARAMETERS"),
                "{shown}"
            );
            assert!(!shown.contains("m4rker"), "{shown}");
        }
    }
    assert_eq!(faults(&json!({"tenant": ["a", "b"]})).len(), 1);
    assert_eq!(faults(&json!("tenant=a&tenant=b")).len(), 1);
    assert_eq!(
        faults(&json!({"resource": ["a", "b"], "audience": ["c", "d"]})),
        [""; 0]
    );
}

#[test]
fn values_are_not_printed() {
    let builder = client_builder("https://id.example/token").form_parameter("tenant", "m4rker");
    let tokens = format!("{builder:?} {builder:#?}");
    assert!(
        tokens.contains("tenant") && !tokens.contains("m4rker"),
        "{tokens}"
    );
    let shown = format!("{:?}", builder.build().unwrap());
    assert!(!shown.contains("m4rker"), "{shown}");
}
