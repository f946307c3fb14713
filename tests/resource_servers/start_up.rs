//! The warnings at start-up about audiences and about handlers that admit every client.

use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, Settings};
use cognito_m2m_tests::CapturedLog;

#[actix_web::test]
async fn audience_that_no_machine_token_has_is_warned_about_for_each_pool() {
    let this = audience_that_no_machine_token_has_is_warned_about_for_each_pool;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let warnings = || log.lines_with("a setting matches no machine token");
    let cognito = Settings::default().user_pool_id("us-east-1_AbCdEfGhI");
    let tenant = PoolSettings::default().user_pool_id("eu-west-1_JkLmNoPqR");
    let start = |settings: Settings| {
        CognitoAuth::new(settings.resource_servers(["widgets"])).expect("the settings are valid")
    };
    // The ID of a client, and the audience of another server.
    let _auth = start(cognito.clone().audience("7k2m9f3qexample"));
    let local = LocalCognito::start().expect("the local Cognito starts");
    let _auth = start(local.settings().audience("https://api.example.com"));
    assert_eq!(warnings(), [""; 0]);

    let url = cognito.audience("https://api.example.com");
    let _auth = start(url.clone().pool("tenant", tenant.clone()));
    let found = warnings();
    assert_eq!(found.len(), 2, "{found:?}");
    for (line, pool) in found.iter().zip(["default", "tenant"]) {
        let pool = format!("pool=\"{pool}\"");
        for part in [" WARN ", &pool, "no machine token", "resource_servers"] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
    let _auth = start(url.pool("tenant", tenant.audience("7k2m9f3qexample")));
    assert_eq!(warnings().len(), 3, "one more, for the default pool");
}

#[actix_web::test]
async fn warning_about_open_handlers_ends_with_resource_servers_or_a_required_audience() {
    let this = warning_about_open_handlers_ends_with_resource_servers_or_a_required_audience;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let warnings = || log.lines_with("no resource_servers and no allowlist").len();
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let start = |settings: Settings| CognitoAuth::new(settings).expect("the settings are valid");
    let _auth = start(cognito.settings().resource_servers(["widgets"]));
    let _auth = start(cognito.settings().allowed_client_ids(["reporting"]));
    let _auth = start(cognito.settings().audience("api"));
    assert_eq!(warnings(), 0);
    // A token without `aud` is accepted.
    let _auth = start(cognito.settings().audience("api").require_audience(false));
    assert_eq!(warnings(), 1);
    let _auth = start(cognito.settings());
    assert_eq!(warnings(), 2);
}
