use std::time::{Duration, Instant};

use actix_web::rt::System;
use actix_web::test::{TestRequest, call_service, init_service};
use cognito_m2m::CognitoAuth;
use cognito_m2m::activity::SqliteActivity;
use cognito_m2m::testing::LocalCognito;

use super::super::sqlite::SqliteTable;
use super::super::table::{ActivityTable, TABLE};
use super::super::tracking_api::TrackingApi;
use crate::sqlite_file::sqlite_path;

#[actix_web::test]
async fn rule_4_1_shutdown_ends_at_its_timeout_if_the_store_is_unavailable() {
    let store = SqliteActivity::new("/nowhere/activity.db");
    let api = TrackingApi::with_settings(store, |settings| {
        settings.shutdown_timeout(Duration::from_millis(500))
    })
    .await;
    api.send_as("reporting").await;
    let started_at = Instant::now();
    api.auth.shutdown().await;
    assert!(started_at.elapsed() < Duration::from_secs(30));
}

#[test]
fn dropping_the_last_clone_writes_the_activity() {
    let path = sqlite_path("activity-drop");
    let mut store = SqliteActivity::new(&path);
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    System::new().block_on(async {
        store.migrate().await.expect("the migration runs");
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
        auth.prefetch().await.expect("the keys are fetched");
        let app = init_service(actix_web::App::new().wrap(auth.clone())).await;
        for client_id in ["one", "two", "three"] {
            let token = cognito.token(client_id).sign();
            let request =
                TestRequest::get().insert_header(("Authorization", format!("Bearer {token}")));
            call_service(&app, request.to_request()).await;
        }
        drop(app);
        drop(auth);
        assert_eq!(SqliteTable::new(&path, TABLE).rows().await.len(), 3);
    });
}
