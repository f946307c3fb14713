//! An application does not start if a handler names a client group that no setting defines.
//!
//! This is a separate binary, since with its handler no application of another test would start.

use actix_web::{Responder, get, web};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, allow_client_ids};
use cognito_m2m_tests::{ApiFixture, CapturedLog, serve_routes};

#[get("/reports")]
#[allow_client_ids("billing", group = "reporting")]
async fn reports() -> impl Responder {
    "ok"
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(reports);
}

#[test]
fn error_names_the_group_handler_file_and_line() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let error = CognitoAuth::new(cognito.settings()).expect_err("the group is undefined");
    let message = error.to_string();
    for part in [
        "client_groups.reporting",
        "undefined_group::reports",
        "undefined_group.rs:11",
        "allow_undefined_groups()",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[actix_web::test]
async fn defined_group_is_allowed_in_addition_to_the_named_clients() {
    let fixture = ApiFixture::with_settings(routes, |settings| {
        settings.client_group("reporting", ["analyst"])
    })
    .await;
    for (client, status) in [("analyst", 200), ("billing", 200), ("other", 403)] {
        let token = fixture.cognito.token(client).sign();
        let answer = fixture.api.get("/reports", &token).await;
        assert_eq!(answer.status, status, "{client}");
    }
}

#[actix_web::test]
async fn line_of_a_refused_client_names_the_group() {
    let Some(log) = CapturedLog::alone(line_of_a_refused_client_names_the_group) else {
        return;
    };
    let fixture = ApiFixture::with_settings(routes, |settings| {
        settings.client_group("reporting", ["analyst"])
    })
    .await;
    let token = fixture.cognito.token("other").sign();
    assert_eq!(fixture.api.get("/reports", &token).await.status, 403);
    let lines = log.lines_with("request refused");
    let [line] = lines.as_slice() else {
        panic!("the refusal is logged once: {lines:?}");
    };
    for part in [
        r#"client_groups="reporting""#,
        r#"client_id="other""#,
        "undefined_group::reports",
        "undefined_group.rs",
        "line=11",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
}

#[actix_web::test]
async fn undefined_group_has_no_clients_if_the_start_allows_it() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let auth = CognitoAuth::builder()
        .settings(cognito.settings())
        .allow_undefined_groups()
        .build()
        .expect("undefined groups are allowed");
    auth.prefetch().await.expect("the keys are fetched");
    let api = serve_routes(auth, routes);
    for (client, status) in [("analyst", 403), ("billing", 200)] {
        let answer = api.get("/reports", &cognito.token(client).sign()).await;
        assert_eq!(answer.status, status, "{client}");
    }
}

/// Each handler of this program lists clients, so that the default settings admit no other client.
#[test]
fn default_settings_cause_no_warning_if_each_handler_has_a_requirement() {
    let this = default_settings_cause_no_warning_if_each_handler_has_a_requirement;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let build = |settings| {
        let builder = CognitoAuth::builder().settings(settings);
        let auth = builder.allow_undefined_groups().build();
        auth.expect("undefined groups are allowed")
    };
    let _auth = build(cognito.settings());
    let ready = log.lines_with("cognito-m2m is ready");
    assert_eq!(ready.len(), 1, "{ready:?}");
    for field in [
        " audience=none ",
        " resource_servers=none ",
        " allowed_clients=all ",
    ] {
        assert!(ready[0].contains(field), "{field} in {}", ready[0]);
    }
    assert_eq!(log.lines_with("weakens security"), [""; 0]);

    let hour = std::time::Duration::from_secs(60 * 60);
    let settings = cognito.settings().audience("api").leeway(hour);
    let _auth = build(settings.resource_servers(["widgets", "reports"]));
    let ready = log.lines_with("cognito-m2m is ready");
    for field in [
        " audience=\"api\" ",
        " resource_servers=[\"widgets\", \"reports\"] ",
    ] {
        assert!(ready[1].contains(field), "{field} in {}", ready[1]);
    }
    assert_eq!(log.lines_with("weakens security").len(), 1);
}
