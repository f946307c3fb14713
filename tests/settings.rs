//! An invalid configuration fails at start-up, with one message that names every invalid setting.

use cognito_m2m::{BuildError, CognitoAuth, Settings};

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
        message.starts_with("5 faults in the settings of cognito-m2m:\n"),
        "{message}"
    );
    for line in [
        "`region` (COGNITO_M2M_REGION): required",
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
