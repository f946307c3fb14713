//! Rule 4.1 of `tests/RULES.md`: what a store may do without a request noticing.

#[cfg(feature = "mysql")]
mod mysql;
mod outage;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod server;
mod sqlite;

use std::time::{Duration, Instant};

use cognito_m2m::activity::SqliteActivity;
use cognito_m2m::{BuildError, CognitoAuth, Settings};
use cognito_m2m_tests::CapturedLog;

use super::clients::Tracking;
use super::sqlite::{File, file};
use super::suite::Table;

const TABLE: &str = "service_client_activity";

/// Tries until it has come about.
#[cfg(any(feature = "mysql", feature = "postgres"))]
async fn at_most_ten_times(mut attempt: impl AsyncFnMut() -> bool) {
    for _ in 0..10 {
        if attempt().await {
            return;
        }
    }
    panic!("ten attempts in vain");
}

/// The warning at the start names the table and the remedy.
fn says_what_to_run(log: &CapturedLog) {
    let warnings = log.lines_with("the activity store is not ready");
    let [warning] = warnings.as_slice() else {
        panic!("one warning: {warnings:?}");
    };
    assert!(warning.contains(" WARN "), "{warning}");
    assert!(warning.contains("`service_client_activity`"), "{warning}");
    assert!(warning.contains("run the migrations"), "{warning}");
}

#[actix_web::test]
async fn rule_4_1_shutdown_ends_in_time_with_a_store_that_is_gone() {
    let tracking = Tracking::with(SqliteActivity::new("/nowhere/activity.db"), |settings| {
        settings.shutdown_timeout(Duration::from_millis(500))
    })
    .await;
    tracking.call("reporting").await;
    let started_at = Instant::now();
    tracking.auth.shutdown().await;
    assert!(started_at.elapsed() < Duration::from_secs(30));
}

#[test]
fn the_last_drop_flushes() {
    let path = file("activity-drop");
    let mut store = SqliteActivity::new(&path);
    let cognito = cognito_m2m::testing::LocalCognito::start().expect("a local Cognito");
    actix_web::rt::System::new().block_on(async {
        store.migrate().await.expect("a migration");
        let settings = cognito
            .settings()
            .track_client_activity(true)
            .activity_flush_interval(Duration::from_secs(3600))
            .shutdown_timeout(Duration::from_secs(60));
        let auth = CognitoAuth::builder()
            .settings(settings)
            .activity_store(store)
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("keys");
        let app = actix_web::test::init_service(actix_web::App::new().wrap(auth.clone())).await;
        for client_id in ["one", "two", "three"] {
            let token = cognito.token(client_id).sign();
            let request = actix_web::test::TestRequest::get()
                .insert_header(("Authorization", format!("Bearer {token}")));
            actix_web::test::call_service(&app, request.to_request()).await;
        }
        drop(app);
        drop(auth);
        assert_eq!(File(path, TABLE).rows().await.len(), 3);
    });
}

#[test]
fn tracking_without_a_store_is_a_fault_at_start_up() {
    let settings = Settings::default()
        .region("us-east-1")
        .user_pool_id("us-east-1_AbCdEfGhI")
        .track_client_activity(true);
    let built = CognitoAuth::builder()
        .settings(settings)
        .allow_undefined_groups()
        .build();
    let Err(BuildError::Settings(error)) = built else {
        panic!("expected a fault of the settings")
    };
    assert!(
        error.to_string().contains("`track_client_activity`"),
        "{error}"
    );
}
