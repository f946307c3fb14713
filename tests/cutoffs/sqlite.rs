use std::time::{Duration, UNIX_EPOCH};

use cognito_m2m::cutoff::{CutoffError, CutoffStore, SqliteCutoffs};
use cognito_m2m_tests::CapturedLog;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::suite::{NOON, cutoff, read};
use super::tables::{CutoffDatabase, every_table};
use crate::sqlite_file::sqlite_path;

every_table!(Sqlite);

struct Sqlite {
    path: String,
    connection: SqliteConnection,
}

impl CutoffDatabase for Sqlite {
    type Store = SqliteCutoffs;

    const TIMES: &'static [(&'static str, Option<u64>)] = &[
        ("'2026-11-26 12:00:00'", Some(NOON)),
        ("'2026-11-26T12:00:00'", Some(NOON)),
        ("'2026-11-26T12:00:00Z'", Some(NOON)),
        ("'2026-11-26 17:30:00+05:30'", Some(NOON)),
        ("'2026-11-26T17:30:00.000+05:30'", Some(NOON)),
        ("'2026-11-26T17:30:00.0001+05:30'", Some(NOON + 1)),
        ("'2026-11-26 12:00:00.000000'", Some(NOON)),
        ("'2026-11-26 12:00:00.000001'", Some(NOON + 1)),
        ("'2026-11-26 12:00:00.9999999Z'", Some(NOON + 1)),
        ("'2026-11-26 12:00'", Some(NOON)),
        ("'2026-11-26'", Some(NOON - 12 * 3_600)),
        ("datetime('2026-11-26', '+12 hours')", Some(NOON)),
        ("'9999-12-31 23:59:59.5'", Some(253_402_300_799)),
        ("1795694400", Some(NOON)),
        ("'1795694400'", Some(NOON)),
        ("1795694400.25", Some(NOON + 1)),
        ("1e300", Some(253_402_300_799)),
        ("9223372036854775807", Some(253_402_300_799)),
        ("'now'", None),
        ("'infinity'", None),
        ("'12:00:00'", None),
        ("'2026'", None),
        ("'2026-13-01'", None),
        ("'2026-11-26 25:00:00'", None),
        ("'2026-11-26 12:00:00 UTC'", None),
        ("'1969-12-31 23:59:59'", None),
        ("julianday('2026-11-26')", None),
        ("-1", None),
        ("x'00ff'", None),
        ("NULL", None),
        ("'1970-01-01'", Some(0)),
    ];
    const NOW: &'static str = "datetime('now')";
    const CREATE_LOOSE_TABLE: &'static str = "CREATE TABLE service_client_cutoff (
        client_id TEXT, tokens_issued_before TIMESTAMP, reason TEXT, set_at TIMESTAMP DEFAULT 'now')";
    const INSERT_10_001: &'static str =
        "WITH RECURSIVE numbers(number) AS (VALUES (1) UNION ALL SELECT number + 1 FROM numbers LIMIT 10001)
         INSERT INTO service_client_cutoff (client_id, tokens_issued_before)
         SELECT 'client-' || number, CURRENT_TIMESTAMP FROM numbers";

    async fn new(name: &'static str) -> Self {
        let path = sqlite_path(name);
        let connection = SqliteConnection::establish(&path).expect("the database opens");
        Self { path, connection }
    }

    fn store(&self) -> SqliteCutoffs {
        SqliteCutoffs::new(&self.path)
    }

    async fn restricted_store(&mut self) -> SqliteCutoffs {
        SqliteCutoffs::new(format!("file:{}?mode=ro", self.path))
    }

    async fn migrate(store: &SqliteCutoffs) -> Result<(), CutoffError> {
        store.migrate().await
    }

    async fn run_sql(&mut self, statements: &str) {
        let done = self.connection.batch_execute(statements);
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }
}

#[actix_web::test]
async fn invalid_utf_8_does_not_hide_other_rows() {
    let mut database = Sqlite::migrated("cutoff-utf-8").await;
    database.insert("reporting", "CURRENT_TIMESTAMP").await;
    database
        .run_sql(
            "UPDATE service_client_cutoff SET reason = CAST(x'61ff' AS TEXT);
             INSERT INTO service_client_cutoff (client_id, tokens_issued_before)
                 VALUES (CAST(x'ff' AS TEXT), CURRENT_TIMESTAMP), (x'ff00', CURRENT_TIMESTAMP);",
        )
        .await;
    let cutoffs = read(&database.store()).await;
    assert_eq!(cutoffs.len(), 1);
    assert_eq!(cutoffs[0].reason(), "a\u{fffd}");
}

#[actix_web::test]
async fn time_of_setting_is_read_with_its_fraction() {
    let database = Sqlite::migrated("cutoff-set-at").await;
    let store = database.store();
    store
        .set(cutoff("reporting", 0))
        .await
        .expect("the cut-off is set");
    let set_at = UNIX_EPOCH + Duration::from_secs(NOON) + Duration::from_micros(42);
    assert_eq!(read(&store).await[0].set_at(), set_at);
}

#[actix_web::test]
async fn reads_of_a_locked_database_fail_and_recover() {
    let mut database = Sqlite::migrated("cutoff-locked").await;
    let store = database.store();
    database.run_sql("BEGIN EXCLUSIVE").await;
    let error = store.read().await.expect_err("the database is locked");
    assert!(matches!(error, CutoffError::Store(_)), "{error:?}");
    database.run_sql("COMMIT").await;
    assert_eq!(read(&store).await, []);
}

#[test]
fn invalid_row_is_logged_once_per_change() {
    let Some(log) = CapturedLog::alone(invalid_row_is_logged_once_per_change) else {
        return;
    };
    actix_web::rt::System::new().block_on(async {
        let mut database = Sqlite::migrated("cutoff-logged").await;
        let store = database.store();
        let warnings = || log.lines_with("is invalid and has no effect");
        database.insert("two words\n", "CURRENT_TIMESTAMP").await;
        for _ in 0..3 {
            read(&store).await;
        }
        let [warning] = &warnings()[..] else {
            panic!("expected one warning, found {:?}", warnings())
        };
        assert!(warning.contains(" WARN "), "{warning}");
        assert!(warning.contains(r#"client_id="two words\n""#), "{warning}");
        assert!(warning.contains("`client_id`"), "{warning}");

        database.insert("reporting", "'yesterday'").await;
        read(&store).await;
        read(&store).await;
        assert_eq!(warnings().len(), 2);
        assert!(warnings()[1].contains("`tokens_issued_before`"));

        // The row is corrected, and becomes invalid again.
        let update = "UPDATE service_client_cutoff SET tokens_issued_before";
        for (value, number) in [("CURRENT_TIMESTAMP", 2), ("'tomorrow'", 3)] {
            database
                .run_sql(&format!("{update} = {value} WHERE client_id = 'reporting'"))
                .await;
            read(&store).await;
            assert_eq!(warnings().len(), number);
        }

        for number in 0..30 {
            database
                .insert(&format!("@{number}"), "CURRENT_TIMESTAMP")
                .await;
        }
        read(&store).await;
        assert_eq!(warnings().len(), 23);
        let more = log.lines_with("more rows of the cut-off table are invalid");
        assert_eq!(more.len(), 1);
        assert!(more[0].contains("rows=10"), "{more:?}");
    });
}
