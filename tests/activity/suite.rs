//! The tests of every store.

use std::sync::Arc;
use std::time::Duration;

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

/// A minute in microseconds, the precision of the tests.
const MINUTE: u64 = 60_000_000;

/// The time of the first request, late enough that an earlier one exists.
const HOUR: u64 = 60 * MINUTE;

/// The number of clients in a batch whose updates are counted.
const CLIENTS: i64 = 20;

fn batch_of_clients(first_seen: u64, last_seen: u64) -> Arc<[ClientActivity]> {
    let ids = (0..CLIENTS).map(|number| format!("client-{number:04}"));
    ids.map(|id| activity_of(&id, first_seen, last_seen))
        .collect()
}

async fn stored(store: &mut impl ActivityStore, batch: &[ClientActivity]) -> Vec<ClientActivity> {
    let ids = batch.iter().map(|client| client.client_id.clone());
    let mut stored = store
        .stored(ids.collect())
        .await
        .expect("the rows are read");
    stored.sort_by(|one, other| one.client_id.cmp(&other.client_id));
    stored
}

/// Writes through two stores with a precision of a minute, and counts the updates.
pub(super) async fn rows_change_only_by_the_precision(
    mut first: impl ActivityStore,
    mut second: impl ActivityStore,
    mut table: impl ActivityTable,
) {
    first.set_precision(Duration::from_micros(MINUTE));
    second.set_precision(Duration::from_micros(MINUTE));
    let written = "the batch is written";
    let inserted = batch_of_clients(HOUR, HOUR);
    first.write(inserted.clone()).await.expect(written);
    table.count_updates().await;
    assert_eq!(stored(&mut first, &inserted).await, *inserted);

    let too_early = batch_of_clients(HOUR, HOUR + MINUTE - 1);
    second.write(too_early).await.expect(written);
    assert_eq!(table.updates().await, 0);
    assert_eq!(stored(&mut first, &inserted).await, *inserted);

    let later = batch_of_clients(HOUR + 5, HOUR + MINUTE);
    second.write(later).await.expect(written);
    assert_eq!(table.updates().await, CLIENTS);
    let expected = batch_of_clients(HOUR, HOUR + MINUTE);
    assert_eq!(stored(&mut first, &inserted).await, *expected);

    // Both have read the same time, and write at the same time.
    assert_eq!(stored(&mut second, &inserted).await, *expected);
    let last_of_first = batch_of_clients(HOUR, HOUR + 2 * MINUTE);
    let last_of_second = batch_of_clients(HOUR, HOUR + 2 * MINUTE + 999_999);
    let (one, two) = futures_util::join!(
        first.write(last_of_first.clone()),
        second.write(last_of_second.clone()),
    );
    one.and(two).expect(written);
    assert_eq!(table.updates().await, 2 * CLIENTS);
    for row in stored(&mut first, &inserted).await {
        assert!(
            last_of_first.contains(&row) || last_of_second.contains(&row),
            "{row:?}"
        );
    }

    let earlier = batch_of_clients(HOUR - 1, HOUR + 2 * MINUTE + 1_000_000);
    first.write(earlier.clone()).await.expect(written);
    assert_eq!(table.updates().await, 3 * CLIENTS);
    assert_eq!(stored(&mut second, &inserted).await, *earlier);

    let older = batch_of_clients(HOUR + 1, HOUR + 1);
    first.write(older).await.expect(written);
    assert_eq!(table.updates().await, 3 * CLIENTS);

    // The fraction of the stored time is greater than that of the new one.
    let with_fraction = batch_of_clients(HOUR - 1, HOUR + 4 * MINUTE + 1_900_000);
    first.write(with_fraction.clone()).await.expect(written);
    assert_eq!(table.updates().await, 4 * CLIENTS);
    let too_early = batch_of_clients(HOUR - 1, HOUR + 5 * MINUTE + 1_200_000);
    first.write(too_early).await.expect(written);
    assert_eq!(table.updates().await, 4 * CLIENTS);
    assert_eq!(stored(&mut second, &inserted).await, *with_fraction);

    second.set_precision(Duration::ZERO);
    let now = batch_of_clients(HOUR - 1, HOUR + 4 * MINUTE + 1_900_001);
    second.write(now.clone()).await.expect(written);
    assert_eq!(table.updates().await, 5 * CLIENTS);
    assert_eq!(stored(&mut first, &inserted).await, *now);
}

/// The row in the table of Django has times without a fraction.
pub(super) async fn times_of_django_are_compared(
    mut store: impl ActivityStore,
    mut table: impl ActivityTable,
) {
    store.set_precision(Duration::from_micros(MINUTE));
    table.count_updates().await;
    let row = |last| activity_of("client-0001", 400, last);
    assert_eq!(stored(&mut store, &[row(0)]).await, [row(0)]);
    for (last, updates, expected) in [(MINUTE - 1, 0, 0), (MINUTE, 1, MINUTE)] {
        let written = store.write(Arc::from([row(last)])).await;
        written.expect("the batch is written");
        assert_eq!(table.updates().await, updates);
        assert_eq!(stored(&mut store, &[row(0)]).await, [row(expected)]);
    }
}

/// Asks for 1,000 clients, a few of which are in the table, and for near misses.
pub(super) async fn stored_activity_is_that_of_the_requested_clients(
    mut store: impl ActivityStore,
) {
    let in_table: Vec<_> = ["client-0007", "client-0999", "other", "sync"]
        .map(|id| activity_of(id, 1, 2))
        .into();
    let written = store.write(in_table.clone().into()).await;
    written.expect("the batch is written");
    let mut requested: Vec<_> = (0..997)
        .map(|number| format!("client-{number:04}"))
        .chain(["SYNC".to_owned(), "sync".to_owned(), "sync ".to_owned()])
        .map(|id| activity_of(&id, 0, 0))
        .collect();
    requested.sort_by(|one, other| one.client_id.cmp(&other.client_id));
    let found = stored(&mut store, &requested).await;
    assert_eq!(found, [in_table[0].clone(), in_table[3].clone()]);
    assert_eq!(stored(&mut store, &[]).await, []);
}
