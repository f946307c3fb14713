use std::net::SocketAddr;

use cognito_m2m::cutoff::{CutoffError, CutoffStore, MysqlCutoffs};
use cognito_m2m_tests::Proxy;
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::suite::{NOON, cutoff, silent_connection_is_replaced, times};
use super::tables::{CutoffDatabase, every_table};
use crate::activity::mysql::new_database;

every_table!(Mysql);

struct Mysql {
    name: &'static str,
    url: String,
    connection: AsyncMysqlConnection,
}

impl CutoffDatabase for Mysql {
    type Store = MysqlCutoffs;

    const TIMES: &'static [(&'static str, Option<u64>)] = &[
        ("'2026-11-26 12:00:00'", Some(NOON)),
        ("'2026-11-26 12:00:00.000001'", Some(NOON + 1)),
        ("'2026-11-26T12:00:00'", Some(NOON)),
        ("20261126120000", Some(NOON)),
        ("'9999-12-31 23:59:59.999999'", Some(253_402_300_799)),
        ("'0000-00-00'", None),
        ("'1000-01-01'", None),
        ("NULL", None),
        ("'1970-01-01'", Some(0)),
    ];
    const NOW: &'static str = "now()";
    const CREATE_LOOSE_TABLE: &'static str = "CREATE TABLE service_client_cutoff (
        client_id varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
        tokens_issued_before datetime(6), reason text, set_at datetime DEFAULT '0000-00-00')";
    const INSERT_10_001: &'static str =
        "INSERT INTO service_client_cutoff (client_id, tokens_issued_before)
         SELECT concat('client-', seq), now() FROM seq_1_to_10001";

    async fn new(name: &'static str) -> Self {
        let (url, connection) = new_database(name).await;
        Self {
            name,
            url,
            connection,
        }
    }

    fn store(&self) -> MysqlCutoffs {
        MysqlCutoffs::new(&self.url)
    }

    async fn restricted_store(&mut self) -> MysqlCutoffs {
        let name = self.name;
        self.run_sql(&format!(
            "CREATE USER IF NOT EXISTS {name}@'%' IDENTIFIED BY 'pw';
             GRANT SELECT, INSERT, UPDATE, DELETE ON {name}.* TO {name}@'%';"
        ))
        .await;
        MysqlCutoffs::new(self.url.replace("root@", &format!("{name}:pw@")))
    }

    async fn migrate(store: &MysqlCutoffs) -> Result<(), CutoffError> {
        store.migrate().await
    }

    async fn run_sql(&mut self, statements: &str) {
        let done = self.connection.batch_execute(statements).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Mysql {
    /// Returns the number of sessions that use the database, apart from that of the test.
    async fn sessions(&mut self) -> i64 {
        let count = format!(
            "SELECT count(*) AS number FROM information_schema.processlist
             WHERE db = '{}' AND id <> connection_id()",
            self.name
        );
        let count = diesel::sql_query(count).get_result::<Count>(&mut self.connection);
        count.await.expect("the sessions are counted").number
    }
}

/// Without a time-out of the server, the reads would wait until the table is unlocked.
#[actix_web::test]
async fn rule_4_6_reads_of_a_locked_table_fail_and_use_one_session_in_mysql() {
    let mut database = Mysql::migrated("m2m_cutoff_locked").await;
    let store = database.store();
    store.read().await.expect("the cut-offs are read");
    database
        .run_sql("LOCK TABLES service_client_cutoff WRITE")
        .await;
    for _ in 0..2 {
        let error = store.read().await.expect_err("the table is locked");
        assert!(matches!(error, CutoffError::Store(_)), "{error:?}");
        // The server closes a session shortly after its client.
        for _ in 0..3_000 {
            if database.sessions().await <= 1 {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(database.sessions().await <= 1);
    }
    store
        .set(cutoff("reporting", 0))
        .await
        .expect_err("the table is locked");
    database.run_sql("UNLOCK TABLES").await;
    store.read().await.expect("the cut-offs are read");
}

/// `utf8mb4_bin` ignores blanks at the end in comparisons.
#[actix_web::test]
async fn set_repairs_a_row_with_blanks_after_the_client_id() {
    let mut database = Mysql::migrated("m2m_cutoff_blanks").await;
    let store = database.store();
    database.insert("reporting  ", "now()").await;
    assert_eq!(times(&store).await, []);
    store
        .set(cutoff("reporting", 0))
        .await
        .expect("the cut-off is set");
    assert_eq!(times(&store).await, [("reporting".to_owned(), NOON)]);
}

#[actix_web::test]
async fn rule_4_6_silent_connection_is_replaced_in_mysql() {
    let database = Mysql::migrated("m2m_cutoff_silent").await;
    let proxy = Proxy::start(SocketAddr::from(([127, 0, 0, 1], 3306)));
    let address = proxy.address().to_string();
    let url = database.url.replace("127.0.0.1:3306", &address);
    // A Unix socket would bypass the proxy.
    let store = MysqlCutoffs::new(format!("{url}?prefer_socket=false"));
    silent_connection_is_replaced(store, &proxy).await;
}
