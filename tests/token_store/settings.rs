//! The setting `token_store` and its environment variable.

use cognito_m2m::client::{TokenClient, TokenClientBuildError, TokenClientSettings};
use serde_json::json;

use super::fixture::{Pool, SECRET, TemporaryFolder, token};
use super::memory::MemoryStore;

#[actix_web::test]
async fn environment_variable_names_the_folder() {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let path = folder.0.to_str().expect("a path in UTF-8");
    let url = pool.cognito.token_url();
    let client = || {
        let settings = TokenClientSettings::from_variables([
            ("COGNITO_M2M_TOKEN_URL", url.as_str()),
            ("COGNITO_M2M_CLIENT_ID", "reporting"),
            ("COGNITO_M2M_CLIENT_SECRET", SECRET),
            ("COGNITO_M2M_CLIENT_TOKEN_STORE", path),
        ]);
        let builder = pool.builder().settings(settings);
        builder.build().expect("the settings are valid")
    };
    let first = token(&client()).await;
    assert_eq!(token(&client()).await, first);
    assert_eq!(pool.requests(), 1);
    folder.entry();
}

fn faults(settings: TokenClientSettings) -> String {
    let built = TokenClient::builder().settings(settings).build();
    let Err(TokenClientBuildError::Settings(error)) = built else {
        panic!("the settings are valid");
    };
    let faults = error.faults().iter();
    faults
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn folder_is_checked_like_other_settings() {
    for wrong in [
        "",
        " ",
        "\n",
        "/tmp/m4rker\n",
        " /tmp/m4rker",
        "/tmp/m4\0rker",
    ] {
        let variables = [("COGNITO_M2M_CLIENT_TOKEN_STORE", wrong)];
        let faults = faults(TokenClientSettings::from_variables(variables));
        let name = "`token_store` (COGNITO_M2M_CLIENT_TOKEN_STORE): ";
        assert!(faults.contains(name), "{wrong:?}: {faults}");
        assert!(!faults.contains("m4"), "{faults}");
    }
    for wrong in [json!(7), json!(["/tmp"]), json!({})] {
        let settings = serde_json::from_value(json!({ "token_store": wrong }));
        let faults = faults(settings.expect("a map of settings"));
        assert!(faults.contains("`token_store`"), "{wrong}: {faults}");
    }
}

#[test]
fn folder_and_store_in_code_are_a_fault() {
    let settings = json!({
        "token_url": "https://id.example/token",
        "client_id": "reporting",
        "client_secret": SECRET,
        "token_store": "/tmp/tokens",
    });
    let settings: TokenClientSettings =
        serde_json::from_value(settings).expect("a map of settings");
    let both = TokenClient::builder()
        .settings(settings)
        .token_store(MemoryStore::default());
    let error = both.build().expect_err("two stores");
    let text = format!("{error:?}");
    assert!(text.contains("token_store"), "{text}");
    assert!(text.contains("set one"), "{text}");
}

#[test]
fn time_limit_of_the_store_is_not_zero() {
    let builder = TokenClient::builder().token_store_timeout(std::time::Duration::ZERO);
    let error = builder.build().expect_err("a time limit of 0");
    assert!(format!("{error:?}").contains("token_store_timeout"));
}
