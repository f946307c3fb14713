//! A secret in the wrong place: no error, log line or `Debug` output shows the value of an invalid
//! setting, wherever it came from.

use std::error::Error;
use std::fmt::{Debug, Write};

use cognito_m2m::client::{
    CredentialPlacement, TokenClient, TokenClientBuildError, TokenClientBuilder,
    TokenClientSettings,
};
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::{CognitoAuth, Settings};
use cognito_m2m_tests::CapturedLog;
use serde_json::{Value, json};

use crate::documents::settings_in_code;

/// A part of every value, which must not appear in any output.
const CANARY: &str = "s3cr3t";

/// Values for every setting.
const TEXTS: [&str; 16] = [
    "s3cr3t",
    "s3cr3t\n",
    "s3cr3t\r\n",
    " s3cr3t",
    "s3c\0s3cr3t",
    "s3cr3t\"x",
    "s3cr3t x",
    "a,s3cr3t/",
    "a=s3cr3t x;b",
    "s3cr3t/+==",
    "https://user:s3cr3t@id.example/path",
    "https://id.example/path?key=s3cr3t",
    "http://s3cr3t.example/",
    "s3cr3t://id.example",
    "eu-west-1_s3cr3t!",
    "-5s3cr3t",
];

const TOKEN_CLIENT_SETTINGS: [&str; 17] = [
    "token_url",
    "domain_prefix",
    "region",
    "client_id",
    "client_secret",
    "client_secret_2",
    "client_secret_file",
    "client_scopes",
    "credential_placement",
    "client_metadata",
    "api_region",
    "api_fallback_region",
    "api_fips",
    "api_url",
    "api_fallback_url",
    "form_parameters",
    "token_store",
];

/// Returns an error as it is displayed, as `main` prints it, and as it is logged.
fn shown(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        write!(text, "{error} {error:#} {error:?} {error:#?}").expect("a string grows");
        next = error.source();
    }
    text
}

/// Returns `true` if the settings were refused.
fn is_refused<T>(built: Result<T, impl Error + 'static>, context: &dyn Debug) -> bool {
    let Err(error) = built else {
        return false;
    };
    let text = shown(&error);
    assert!(!text.contains(CANARY), "{context:?}: {text}");
    true
}

fn settings_of(json: &Value) -> Settings {
    serde_json::from_value(json.clone()).expect("a map of settings")
}

fn token_settings_of(json: &Value) -> TokenClientSettings {
    serde_json::from_value(json.clone()).expect("a map of settings")
}

/// Builds a token client from settings that lack others, so that each build is refused.
fn build_token_client(settings: TokenClientSettings) -> Result<TokenClient, TokenClientBuildError> {
    TokenClient::builder().settings(settings).build()
}

/// Returns the text as JSON values of every type.
fn values(text: &str) -> [Value; 5] {
    [
        json!(text),
        json!([text, 1]),
        json!([null, text]),
        json!({ "a b": [text] }),
        json!({ format!("{text} x"): text }),
    ]
}

/// A variable that no setting has. With it, no build succeeds and fetches keys.
const UNKNOWN: (&str, &str) = ("COGNITO_M2M_UNKNOWN", "1");

#[test]
fn errors_of_settings_do_not_show_their_values() {
    let Some(log) = CapturedLog::alone(errors_of_settings_do_not_show_their_values) else {
        return;
    };
    for (name, _) in settings_in_code() {
        let variable = format!("COGNITO_M2M_{}", name.to_uppercase());
        for text in TEXTS {
            let settings = Settings::from_variables([UNKNOWN, (&variable, text)]);
            assert!(is_refused(CognitoAuth::new(settings), &(&variable, text)));
            for value in values(text) {
                let json = json!({ "unknown": 1, &name: value });
                assert!(is_refused(CognitoAuth::new(settings_of(&json)), &json));
            }
        }
    }
    assert_log_has_no_canary(&log);
}

#[test]
fn errors_of_further_pools_and_groups_do_not_show_their_values() {
    let this = errors_of_further_pools_and_groups_do_not_show_their_values;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let members = [
        "region",
        "user_pool_id",
        "issuer",
        "jwks_url",
        "audience",
        "require_audience",
        "allowed_client_ids",
        "s3cr3t member",
    ];
    for text in TEXTS {
        let key = format!("{text} x");
        let json = json!({ key: 1 });
        assert!(is_refused(CognitoAuth::new(settings_of(&json)), &json));
        for value in values(text) {
            for member in members {
                let pool = json!({ "user_pool_id": "eu-west-1_b", member: value.clone() });
                let json = json!({ "unknown": 1, "pools": { "tenant": pool } });
                assert!(is_refused(CognitoAuth::new(settings_of(&json)), &json));
            }
            let json = json!({ "unknown": 1, "client_groups": { "sync": value } });
            assert!(is_refused(CognitoAuth::new(settings_of(&json)), &json));
        }
    }
    assert_log_has_no_canary(&log);
}

#[test]
fn errors_of_settings_from_code_do_not_show_their_values() {
    type Change = fn(Settings, String) -> Settings;
    let changes: [(&str, Change); 13] = [
        ("region", |it, text| it.region(text)),
        ("user_pool_id", |it, text| it.user_pool_id(text)),
        ("issuer", |it, text| it.issuer(text)),
        ("jwks_url", |it, text| it.jwks_url(text)),
        ("audience", |it, text| it.audience(text)),
        ("allowed_client_ids", |it, text| {
            it.allowed_client_ids([text])
        }),
        ("resource_servers", |it, text| it.resource_servers([text])),
        ("client_group", |it, text| it.client_group("sync", [text])),
        ("header_name", |it, text| it.header_name(text)),
        ("header_prefix", |it, text| it.header_prefix(text)),
        ("realm", |it, text| it.realm(text)),
        ("pool of a client", |it, text| {
            it.allowed_client_ids([format!("{text}:a")])
        }),
        ("issuer of a pool", |it, text| {
            it.pool("tenant", PoolSettings::default().issuer(text))
        }),
    ];
    for (name, change) in changes {
        for text in TEXTS {
            // Without a user pool, no build succeeds and fetches keys.
            let settings = change(Settings::default(), text.to_owned());
            assert!(
                is_refused(CognitoAuth::new(settings), &(name, text)),
                "{name}"
            );
        }
    }
}

#[test]
fn errors_of_deserialization_do_not_show_values() {
    for json in ["\"s3cr3t\"", "[\"s3cr3t\"]", "{\"region\": s3cr3t}"] {
        let server = serde_json::from_str::<Settings>(json);
        assert!(is_refused(server, &json), "{json}");
        let client = serde_json::from_str::<TokenClientSettings>(json);
        assert!(is_refused(client, &json), "{json}");
    }
    for json in [json!("s3cr3t"), json!(["s3cr3t"]), json!({"s3cr3t": null})] {
        let placement = serde_json::from_value::<CredentialPlacement>(json.clone());
        assert!(is_refused(placement, &json), "{json}");
    }
    let form = serde_json::from_value::<CredentialPlacement>(json!("form"));
    assert_eq!(form.ok(), Some(CredentialPlacement::Form));
}

#[test]
fn errors_of_the_token_client_do_not_show_values() {
    let Some(log) = CapturedLog::alone(errors_of_the_token_client_do_not_show_values) else {
        return;
    };
    for name in TOKEN_CLIENT_SETTINGS {
        let variables = ["COGNITO_M2M_", "COGNITO_M2M_CLIENT_"]
            .map(|prefix| format!("{prefix}{}", name.to_uppercase()));
        for text in TEXTS {
            for variable in &variables {
                let settings = TokenClientSettings::from_variables([(variable, text)]);
                assert!(is_refused(build_token_client(settings), &(variable, text)));
            }
            for value in values(text) {
                let settings = token_settings_of(&json!({ name: value }));
                assert!(is_refused(build_token_client(settings), &(name, text)));
            }
        }
    }

    type Change = fn(TokenClientBuilder, String) -> TokenClientBuilder;
    let changes: [Change; 13] = [
        |it, text| it.token_url(text),
        |it, text| it.domain(text, "us-east-1"),
        |it, text| it.domain("example", text),
        |it, text| it.client_secret(text.clone()).second_client_secret(text),
        |it, text| it.client_secret_file(text),
        |it, text| it.client_secret_file(text.clone()).client_secret(text),
        |it, text| it.client_scopes(text),
        |it, text| it.client_scopes([text]),
        |it, text| it.api(text),
        |it, text| it.api("us-east-1").api_fallback_region(text),
        |it, text| it.api_url(text.clone()).api_fallback_url(text),
        |it, text| it.form_parameter("scope", text),
        |it, text| it.form_parameter(text, ""),
    ];
    for change in changes {
        for text in TEXTS {
            let builder = change(TokenClient::builder(), text.to_owned());
            assert!(is_refused(builder.build(), &text), "{text}");
        }
    }
    assert_log_has_no_canary(&log);
}

#[test]
fn errors_of_origins_do_not_show_values() {
    let tokens = TokenClient::builder()
        .token_url("http://127.0.0.1:9/token")
        .client_id("reporting")
        .client_secret("local-secret")
        .build()
        .expect("the settings are valid");
    for text in TEXTS {
        let bound = tokens.for_origins([text], format!("{text}\""));
        assert!(is_refused(bound, &text), "{text}");
    }
}

#[test]
fn debug_of_settings_shows_neither_passwords_nor_secrets() {
    let url = "https://user:s3cr3t@id.example/path?key=s3cr3t#s3cr3t";
    let pool = PoolSettings::default().issuer(url).jwks_url(url);
    let server = Settings::default()
        .issuer(url)
        .jwks_url(url)
        .pool("tenant", pool.clone());
    let json = json!({
        "token_url": url,
        "client_id": "reporting",
        "client_secret": CANARY,
        "client_secret_2": "s3cr3t\n",
        "client_secret_file": CANARY,
        "token_store": CANARY,
        "client_metadata": {"tenant": CANARY},
    });
    let client = token_settings_of(&json);
    let builder = TokenClient::builder()
        .settings(client.clone())
        .token_url(url)
        .client_secret("s3cr3t\n");
    let shown = format!("{pool:?} {server:?} {client:?} {builder:?}");
    assert!(!shown.contains(CANARY), "{shown}");
    assert_eq!(shown.matches("***@id.example/path").count(), 8, "{shown}");
    let shown = format!("{pool:#?} {server:#?} {client:#?} {builder:#?}");
    assert!(!shown.contains(CANARY), "{shown}");
}

fn assert_log_has_no_canary(log: &CapturedLog) {
    let lines = log.lines_with(CANARY);
    assert!(lines.is_empty(), "{lines:?}");
}
