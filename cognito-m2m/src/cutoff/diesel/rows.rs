use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::table::TABLE;
use crate::cutoff::Cutoff;
use crate::cutoff::one_per_client::one_per_client;

/// The start of the year 10000, in seconds since the Unix epoch. A cut-off is clamped to an earlier
/// time.
const YEAR_10000: u64 = 253_402_300_800;

/// The maximum number of invalid rows of which each is logged.
const MAX_LOGGED: usize = 20;

/// A row of the table, which may have been written by hand.
#[derive(Debug, QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) client_id: Option<String>,
    /// The first second, since the Unix epoch, that is not before the time. `None` if the column does
    /// not contain a time.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) issued_before_secs: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) reason: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) set_at_micros: Option<i64>,
}

/// A row that is skipped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct InvalidRow {
    client_id: String,
    problem: &'static str,
}

/// Converts rows, and logs those that are invalid once.
#[derive(Default)]
pub(super) struct Rows {
    /// The invalid rows of the last list. Locked to compare them with those of the next one, never
    /// while a request is evaluated.
    invalid: Mutex<BTreeSet<InvalidRow>>,
}

impl Rows {
    /// Converts the rows of the table. An invalid row does not hide the others.
    pub(super) fn cutoffs(&self, rows: Vec<Row>) -> Vec<Cutoff> {
        let mut invalid = BTreeSet::new();
        let mut cutoffs = Vec::with_capacity(rows.len());
        for row in rows {
            match row.into_cutoff() {
                Ok(cutoff) => cutoffs.push(cutoff),
                Err(row) => {
                    invalid.insert(row);
                }
            }
        }
        self.log(invalid);
        one_per_client(cutoffs)
    }

    /// Logs the invalid rows that the previous list did not have.
    fn log(&self, invalid: BTreeSet<InvalidRow>) {
        let mut known = self.invalid.lock().unwrap_or_else(PoisonError::into_inner);
        let mut new = invalid.difference(&known);
        for row in new.by_ref().take(MAX_LOGGED) {
            tracing::warn!(
                table = TABLE,
                client_id = row.client_id.as_str(),
                problem = row.problem,
                "a row of the cut-off table is invalid and has no effect"
            );
        }
        let rows = new.count();
        if rows > 0 {
            tracing::warn!(
                table = TABLE,
                rows,
                "more rows of the cut-off table are invalid and have no effect"
            );
        }
        *known = invalid;
    }
}

impl Row {
    fn into_cutoff(self) -> Result<Cutoff, InvalidRow> {
        let client_id = self.client_id.unwrap_or_default();
        let invalid = |problem| InvalidRow {
            client_id: client_id.clone(),
            problem,
        };
        let secs = self.issued_before_secs.ok_or_else(|| {
            invalid("`tokens_issued_before` is missing or is not a time in a supported format")
        })?;
        let secs = u64::try_from(secs).map_err(|_| {
            invalid("`tokens_issued_before` is before 1970 and would refuse no token")
        })?;
        let time = since_epoch(Duration::from_secs(secs.min(YEAR_10000)));
        let cutoff = Cutoff::new(client_id.as_str(), time);
        let cutoff = cutoff
            .map_err(|_| invalid("`client_id` is neither `client_id` nor `pool:client_id`"))?;
        let micros = self.set_at_micros.map(u64::try_from);
        let set_at = since_epoch(Duration::from_micros(
            micros.and_then(Result::ok).unwrap_or(0),
        ));
        Ok(cutoff
            .because(self.reason.unwrap_or_default())
            .with_set_at(set_at))
    }
}

fn since_epoch(duration: Duration) -> SystemTime {
    UNIX_EPOCH.checked_add(duration).unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(client_id: Option<&str>, secs: Option<i64>) -> Row {
        Row {
            client_id: client_id.map(str::to_owned),
            issued_before_secs: secs,
            reason: None,
            set_at_micros: None,
        }
    }

    #[test]
    fn invalid_rows_do_not_hide_the_others() {
        let rows = Rows::default();
        let cutoffs = rows.cutoffs(vec![
            row(Some("valid"), Some(7)),
            row(None, Some(7)),
            row(Some("two words"), Some(7)),
            row(Some("no-time"), None),
            row(Some("never"), Some(i64::MIN)),
            row(Some("for-ever"), Some(i64::MAX)),
            row(Some("default:valid"), Some(8)),
        ]);
        let found: Vec<_> = cutoffs
            .iter()
            .map(|cutoff| (cutoff.client_id(), cutoff.tokens_issued_before_secs()))
            .collect();
        assert_eq!(found, [("for-ever", 253_402_300_799), ("valid", 8)]);
        let invalid = rows.invalid.lock().expect("no panic");
        let ids: Vec<_> = invalid.iter().map(|row| row.client_id.as_str()).collect();
        assert_eq!(ids, ["", "never", "no-time", "two words"]);
    }
}
