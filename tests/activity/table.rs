//! The activity table, read by a test over its own connection.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cognito_m2m::activity::{ClientActivity, Timestamp};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};

/// The name of the table that the migrations create.
pub(super) const TABLE: &str = "service_client_activity";

/// The name of the table that `django-cognito-m2m` creates.
pub(super) const DJANGO_TABLE: &str = "django_cognito_m2m_serviceclientactivity";

/// 2026-01-01 00:00:00 UTC, in microseconds after the Unix epoch.
const NEW_YEAR_MICROS: u64 = 1_767_225_600_000_000;

/// A row of the table, with the times as `YYYY-MM-DD HH:MM:SS.ffffff`.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    pub(super) client_id: String,
    #[diesel(sql_type = Text)]
    pub(super) first_seen_at: String,
    #[diesel(sql_type = Text)]
    pub(super) last_seen_at: String,
}

/// The result of a query for a number.
#[derive(QueryableByName)]
pub(super) struct Number {
    #[diesel(sql_type = BigInt)]
    pub(super) number: i64,
}

pub(super) trait ActivityTable {
    /// Returns all rows, sorted by client ID.
    async fn rows(&mut self) -> Vec<Row>;

    /// Starts to count the updates of rows. An update that changes no value counts only if the database
    /// writes it.
    async fn count_updates(&mut self);

    /// Returns the number of updates of all rows since [`count_updates`](Self::count_updates).
    async fn updates(&mut self) -> i64;

    /// Waits until the rows meet a condition, for at least a minute: after several failures a
    /// writer pauses for up to ten seconds.
    async fn wait_for_rows(
        &mut self,
        description: &str,
        condition: impl Fn(&[Row]) -> bool,
    ) -> Vec<Row> {
        for _ in 0..3_000 {
            let rows = self.rows().await;
            if condition(&rows) {
                return rows;
            }
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("timed out: {description}: {:?}", self.rows().await);
    }
}

/// Returns the activity of a client, with times in microseconds after 2026-01-01 00:00:00 UTC.
pub(super) fn activity_of(client_id: &str, first: u64, last: u64) -> ClientActivity {
    let timestamp = |micros| Timestamp::from(Duration::from_micros(NEW_YEAR_MICROS + micros));
    ClientActivity {
        client_id: client_id.into(),
        first_seen_at: timestamp(first),
        last_seen_at: timestamp(last),
    }
}

/// Returns the system time.
pub(super) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from(since_epoch.expect("the system time is after 1970"))
}
