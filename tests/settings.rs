//! An invalid configuration fails at start-up, with one message that names every invalid setting.

use std::error::Error;

use cognito_m2m::activity::{ActivityError, TableName};
use cognito_m2m::client::{TokenClient, TokenClientSettings};
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::{BuildError, ClientId, CognitoAuth, Policy, Settings};
use cognito_m2m_tests::AuthFixture;
use serde_json::json;

use crate::documents::settings_in_code;

fn error_message(settings: Settings) -> String {
    match CognitoAuth::new(settings) {
        Err(error @ BuildError::Settings(_)) => error.to_string(),
        other => panic!("expected the settings to be refused, found {other:?}"),
    }
}

#[test]
fn one_message_names_every_invalid_setting() {
    let message = error_message(Settings::from_variables([
        ("COGNITO_M2M_USER_POOL_ID", "us-east-1_AbCdEfGhI"),
        (
            "COGNITO_M2M_ISSUER",
            "http://issuer.example/us-east-1_AbCdEfGhI",
        ),
        ("COGNITO_M2M_LEEWAY", "-5"),
        ("COGNITO_M2M_ALOWED_CLIENT_IDS", "reporting"),
        ("COGNITO_M2M_CLIENT_GROUPS", "reporting="),
    ]));
    assert!(
        message.starts_with("4 faults in the settings of cognito-m2m:\n"),
        "{message}"
    );
    for line in [
        "`issuer` (COGNITO_M2M_ISSUER): expected https",
        "`leeway` (COGNITO_M2M_LEEWAY): expected a duration that is not negative",
        "(COGNITO_M2M_ALOWED_CLIENT_IDS): is not a setting",
        "client_groups.reporting",
    ] {
        assert!(message.contains(line), "{line} in {message}");
    }
}

#[test]
fn any_serde_source_fills_the_settings() {
    let settings: Settings = serde_json::from_value(serde_json::json!({
        "region": "us-east-1",
        "user_pool_id": "us-east-1_AbCdEfGhI",
        "leeway": 30,
        "jwks_ttl": "10m",
        "allowed_client_ids": ["reporting"],
        "client_groups": { "sync": ["a", "b"] },
        "pools": { "tenant": { "user_pool_id": "eu-west-1_JkLmNoPqR", "audience": "api" } },
        "audience": null,
    }))
    .expect("a map of settings");
    assert!(CognitoAuth::new(settings).is_ok());
    let invalid: Settings = serde_json::from_value(serde_json::json!({
        "region": 1,
        "user_pool_id": "us-east-1_AbCdEfGhI",
        "leeway": -1,
        "colour": "green",
        "pools": { "tenant": { "user_pool_idd": "x" } },
    }))
    .expect("values are checked at start-up");
    let message = error_message(invalid);
    for setting in ["`region`", "`leeway`", "`colour`", "`pools`"] {
        assert!(message.contains(setting), "{setting} in {message}");
    }
}

#[test]
fn null_leaves_a_setting_out() {
    let names = settings_in_code().into_iter().map(|(name, _)| name);
    let mut settings: serde_json::Map<_, _> = names.map(|name| (name, json!(null))).collect();
    assert!(settings.len() > 30, "{settings:?}");
    settings.insert("user_pool_id".to_owned(), json!("us-east-1_AbCdEfGhI"));
    let read: Settings = serde_json::from_value(settings.into()).expect("a map of settings");
    let expected = Settings::default().user_pool_id("us-east-1_AbCdEfGhI");
    assert_eq!(format!("{read:?}"), format!("{expected:?}"));

    let nested: Settings = serde_json::from_value(json!({
        "user_pool_id": "us-east-1_AbCdEfGhI",
        "client_groups": {"reporting": null},
        "pools": {
            "absent": null,
            "tenant": {
                "region": null,
                "user_pool_id": "eu-west-1_JkLmNoPqR",
                "issuer": null,
                "jwks_url": null,
                "audience": null,
                "require_audience": null,
                "allowed_client_ids": null,
            },
        },
    }))
    .expect("a map of settings");
    let tenant = PoolSettings::default().user_pool_id("eu-west-1_JkLmNoPqR");
    let expected = expected.pool("tenant", tenant);
    assert_eq!(format!("{nested:?}"), format!("{expected:?}"));

    let absent: Settings = serde_json::from_str("null").expect("no settings");
    assert_eq!(format!("{absent:?}"), format!("{:?}", Settings::default()));
}

#[test]
fn null_is_no_entry_of_a_list_and_excuses_no_mistyped_name() {
    let message = error_message(
        serde_json::from_value(json!({
            "user_pool_id": "us-east-1_AbCdEfGhI",
            "allowed_client_ids": ["reporting", null],
            "client_groups": {"sync": [null]},
            "allowed_client_id": null,
        }))
        .expect("a map of settings"),
    );
    assert!(message.starts_with("3 faults"), "{message}");
}

#[test]
fn variables_of_kubernetes_services_are_ignored() {
    let kubernetes = [
        ("COGNITO_M2M_SERVICE_HOST", "10.0.0.11"),
        ("COGNITO_M2M_SERVICE_PORT", "8080"),
        ("COGNITO_M2M_SERVICE_PORT_HTTP_METRICS", "9090"),
        ("COGNITO_M2M_PORT", "tcp://10.0.0.11:8080"),
        ("COGNITO_M2M_PORT_8080_TCP", "tcp://10.0.0.11:8080"),
        ("COGNITO_M2M_PORT_8080_TCP_PROTO", "tcp"),
        ("COGNITO_M2M_PORT_8080_TCP_PORT", "8080"),
        ("COGNITO_M2M_PORT_8080_TCP_ADDR", "10.0.0.11"),
        ("COGNITO_M2M_CLIENT_API_SERVICE_HOST", "10.0.0.12"),
        ("COGNITO_M2M_CLIENT_API_PORT_53_UDP_ADDR", "10.0.0.12"),
    ];
    let server = Settings::from_variables(kubernetes)
        .issuer("http://127.0.0.1:9/pool")
        .jwks_url("http://127.0.0.1:9/jwks.json");
    let server = CognitoAuth::builder().settings(server);
    assert!(server.allow_undefined_groups().build().is_ok());
    let client = TokenClientSettings::from_variables(kubernetes);
    let client = TokenClient::builder()
        .settings(client)
        .token_url("http://127.0.0.1:9/token")
        .client_id("reporting")
        .client_secret("s3cret");
    assert!(client.build().is_ok());

    let message = error_message(Settings::from_variables([
        ("COGNITO_M2M_USER_POOL_ID", "us-east-1_AbCdEfGhI"),
        ("COGNITO_M2M_PORT", "8080"),
        ("COGNITO_M2M_REGIONN", "us-east-1"),
        ("COGNITO_M2M_SERVICE_NAME", "api"),
    ]));
    assert!(message.starts_with("3 faults"), "{message}");
    for variable in ["PORT", "REGIONN", "SERVICE_NAME"] {
        let named = format!("(COGNITO_M2M_{variable}): is not a setting");
        assert!(message.contains(&named), "{message}");
    }
}

#[test]
fn debug_of_errors_at_start_up_is_their_text_in_lines() {
    let error = CognitoAuth::new(Settings::default()).expect_err("no user pool");
    let text =
        "2 faults in the settings of cognito-m2m:\n  - `region` (COGNITO_M2M_REGION): required";
    assert!(format!("{error:?}").starts_with(text), "{error:?}");
    assert_eq!(format!("{error:?}"), error.to_string());
    let boxed: Box<dyn Error> = error.into();
    assert_eq!(format!("{boxed:?}"), boxed.to_string());

    let error = TokenClient::builder().build().expect_err("no settings");
    assert_eq!(format!("{error:?}"), error.to_string());
    let tokens = TokenClient::builder()
        .token_url("http://127.0.0.1:9/token")
        .client_id("reporting")
        .client_secret("s3cret")
        .build()
        .expect("the settings are valid");
    let error = tokens.for_origins(["id.example"], "a").expect_err("no URL");
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = Policy::scopes(["two words"]).expect_err("no scope");
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = Policy::allow_client_ids(["two words"]).expect_err("no client");
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = ClientId::new("two words").expect_err("no client ID");
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = TableName::new("two words").expect_err("no table");
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = ActivityError::Statement("the disk is full".into());
    assert_eq!(
        format!("{error:?}"),
        "the activity store failed to run a statement\ncaused by: the disk is full"
    );
}

#[actix_web::test]
async fn application_is_not_ready_after_shutdown() {
    let AuthFixture { auth, .. } = AuthFixture::start().await;
    assert!(auth.health().is_ready());
    let clone = auth.clone();
    auth.shutdown().await;
    assert!(!clone.health().is_ready());
    assert!(!clone.health().pools()[0].is_ready());
}

#[test]
fn building_and_dropping_need_no_runtime() {
    // Nothing listens on the port of the JWKS URL.
    let settings = Settings::default()
        .region("us-east-1")
        .user_pool_id("us-east-1_AbCdEfGhI")
        .jwks_url("http://127.0.0.1:9/jwks.json");
    let auth = CognitoAuth::new(settings).expect("the settings are valid");
    assert!(!auth.health().is_ready());
    drop(auth);
}
