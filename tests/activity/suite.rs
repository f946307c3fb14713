use std::sync::Arc;
use std::time::Duration;

use cognito_m2m::activity::{ActivityStore, ClientActivity, Timestamp};

use super::clients::Tracking;

/// What is written of a client: first and last seen, as text.
pub(super) type Row = (String, String, String);

/// What a test asks the database itself, by a connection of its own.
pub(super) trait Table {
    async fn rows(&mut self) -> Vec<Row>;

    /// Waits until the rows are as they should, for about a minute: a writer that has failed often
    /// tries again after as long as ten seconds.
    async fn eventually(&mut self, what: &str, condition: impl Fn(&[Row]) -> bool) -> Vec<Row> {
        for _ in 0..3_000 {
            let rows = self.rows().await;
            if condition(&rows) {
                return rows;
            }
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("waited in vain: {what}: {:?}", self.rows().await);
    }
}

fn client_ids(rows: &[Row]) -> Vec<&str> {
    rows.iter()
        .map(|(client_id, ..)| client_id.as_str())
        .collect()
}

/// Requests become rows; `store` is migrated, and `table` looks at it.
pub(super) async fn requests_become_rows(store: impl ActivityStore, mut table: impl Table) {
    let tracking = Tracking::over(store).await;
    tracking.call_with_a_bad_token().await;
    tracking.call("reporting").await;
    tracking.call("Reporting").await;
    let before = table
        .eventually("two clients", |rows| client_ids(rows).len() == 2)
        .await;
    for (client_id, first, last) in &before {
        assert_eq!((first.len(), last.len()), (26, 26), "{client_id}: {first}");
        assert!(first <= last);
    }
    let of_reporting = |rows: &[Row]| rows.iter().find(|row| row.0 == "reporting").cloned();
    let earlier = of_reporting(&before).expect("a row");
    tracking.call("reporting").await;
    let after = table
        .eventually("a later sighting", |rows| {
            of_reporting(rows).is_some_and(|row| row.2 > earlier.2)
        })
        .await;
    assert_eq!(of_reporting(&after).expect("a row").1, earlier.1);

    // The last request is noted when the server is told to stop.
    tracking.call("last-minute").await;
    tracking.auth.shutdown().await;
    let rows = table.rows().await;
    assert!(client_ids(&rows).contains(&"last-minute"), "{rows:?}");
}

fn sighting(client_id: &str, first: u64, last: u64) -> ClientActivity {
    let timestamp = |micros| Timestamp::from(Duration::from_micros(1_767_225_600_000_000 + micros));
    ClientActivity {
        client_id: client_id.into(),
        first_seen_at: timestamp(first),
        last_seen_at: timestamp(last),
    }
}

/// Writers of several instances, in any order: the least and the greatest stay, to the microsecond.
pub(super) async fn least_and_greatest_stay(
    mut one: impl ActivityStore,
    mut other: impl ActivityStore,
    mut table: impl Table,
) {
    let batch = |first, last| -> Arc<[ClientActivity]> {
        let ids = (0..1_000).map(|number| format!("client-{number:04}"));
        ids.map(|id| sighting(&id, first, last)).collect()
    };
    one.write(batch(500, 900)).await.expect("a write");
    other.write(batch(700, 800)).await.expect("a write");
    other.write(batch(101, 600)).await.expect("a write");
    one.write(batch(300, 999_999)).await.expect("a write");
    let rows = table.rows().await;
    assert_eq!(rows.len(), 1_000);
    for (client_id, first, last) in rows {
        assert_eq!(first, "2026-01-01 00:00:00.000101", "{client_id}");
        assert_eq!(last, "2026-01-01 00:00:00.999999", "{client_id}");
    }
}
