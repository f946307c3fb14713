//! Failures of the activity store, none of which may affect a request.

#[cfg(feature = "mysql")]
mod mysql;
mod outage;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod server;
mod shutdown;
mod sqlite;

use cognito_m2m::{BuildError, CognitoAuth, Settings};
use cognito_m2m_tests::CapturedLog;

/// Repeats an attempt that depends on timing, until it returns `true`.
#[cfg(any(feature = "mysql", feature = "postgres"))]
async fn retry_up_to_ten_times(mut attempt: impl AsyncFnMut() -> bool) {
    for _ in 0..10 {
        if attempt().await {
            return;
        }
    }
    panic!("ten attempts failed");
}

fn assert_warning_names_table_and_remedy(log: &CapturedLog) {
    let warnings = log.lines_with("the activity store is not ready");
    let [warning] = warnings.as_slice() else {
        panic!("expected one warning, found {warnings:?}");
    };
    assert!(warning.contains(" WARN "), "{warning}");
    assert!(warning.contains("`service_client_activity`"), "{warning}");
    assert!(warning.contains("run the migrations"), "{warning}");
}

#[test]
fn tracking_without_a_store_is_an_error_at_start_up() {
    let settings = Settings::default()
        .region("us-east-1")
        .user_pool_id("us-east-1_AbCdEfGhI")
        .track_client_activity(true);
    let built = CognitoAuth::builder()
        .settings(settings)
        .allow_undefined_groups()
        .build();
    let Err(BuildError::Settings(error)) = built else {
        panic!("expected an error in the settings")
    };
    assert!(
        error.to_string().contains("`track_client_activity`"),
        "{error}"
    );
}
