//! The tests of every store.

use std::sync::Arc;

use cognito_m2m::activity::{ActivityStore, ClientActivity};

use super::table::{ActivityTable, Row, activity_of};
use super::tracking_api::TrackingApi;

/// Sends requests and checks their rows. `store` must be migrated, and `table` must be its table.
pub(super) async fn authenticated_requests_become_rows(
    store: impl ActivityStore,
    mut table: impl ActivityTable,
) {
    let api = TrackingApi::start(store).await;
    api.send_unauthenticated().await;
    api.send_as("reporting").await;
    api.send_as("Reporting").await;
    let before = table
        .wait_for_rows("two clients", |rows| rows.len() == 2)
        .await;
    for row in &before {
        assert_eq!(row.first_seen_at.len(), 26, "{row:?}");
        assert_eq!(row.last_seen_at.len(), 26, "{row:?}");
        assert!(row.first_seen_at <= row.last_seen_at, "{row:?}");
    }
    let row_of_reporting = |rows: &[Row]| {
        rows.iter()
            .find(|row| row.client_id == "reporting")
            .cloned()
    };
    let earlier = row_of_reporting(&before).expect("a row of the client");
    api.send_as("reporting").await;
    let after = table
        .wait_for_rows("a later request", |rows| {
            row_of_reporting(rows).is_some_and(|row| row.last_seen_at > earlier.last_seen_at)
        })
        .await;
    let later = row_of_reporting(&after).expect("a row of the client");
    assert_eq!(later.first_seen_at, earlier.first_seen_at);

    // The shutdown writes activity that has not been flushed yet.
    api.send_as("last-minute").await;
    api.auth.shutdown().await;
    let rows = table.rows().await;
    assert!(
        rows.iter().any(|row| row.client_id == "last-minute"),
        "{rows:?}"
    );
}

/// Writes the activity of the same clients through two stores, out of order, and checks the rows.
pub(super) async fn earliest_and_latest_times_are_kept(
    mut first: impl ActivityStore,
    mut second: impl ActivityStore,
    mut table: impl ActivityTable,
) {
    let batch = |first_seen, last_seen| -> Arc<[ClientActivity]> {
        let ids = (0..1_000).map(|number| format!("client-{number:04}"));
        ids.map(|id| activity_of(&id, first_seen, last_seen))
            .collect()
    };
    let written = "the batch is written";
    first.write(batch(500, 900)).await.expect(written);
    second.write(batch(700, 800)).await.expect(written);
    second.write(batch(101, 600)).await.expect(written);
    first.write(batch(300, 999_999)).await.expect(written);
    let rows = table.rows().await;
    assert_eq!(rows.len(), 1_000);
    for row in rows {
        assert_eq!(row.first_seen_at, "2026-01-01 00:00:00.000101", "{row:?}");
        assert_eq!(row.last_seen_at, "2026-01-01 00:00:00.999999", "{row:?}");
    }
}
