use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use cognito_m2m::activity::PostgresActivity;
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::Failure;
use super::counters::{Counters, Tuples};
use super::scratch::{ServerProcess, SystemUser, free_port, run};
use super::server::{Server, Sessions};

/// Counts the statements of the instances, which connect as `load`.
const STATEMENTS: &str = r"
    SELECT coalesce(sum(calls), 0)::bigint AS statements,
        coalesce(sum(calls) FILTER (WHERE query ~* '^\s*select'), 0)::bigint AS reads,
        coalesce(sum(calls) FILTER (WHERE query ~* '^\s*(insert|update|with)'), 0)::bigint AS writes,
        coalesce(sum(rows) FILTER (WHERE query ~* '^\s*(insert|update|with)'), 0)::bigint AS written_rows
    FROM pg_stat_statements WHERE userid = 'load'::regrole";

const TABLE: &str = "
    SELECT coalesce(sum(n_tup_upd), 0)::bigint AS updated,
        coalesce(sum(n_tup_hot_upd), 0)::bigint AS heap_only,
        (SELECT deadlocks FROM pg_stat_database WHERE datname = 'load') AS deadlocks,
        (pg_current_wal_lsn() - '0/0')::bigint AS log_bytes
    FROM pg_stat_user_tables WHERE relname = 'service_client_activity'";

const SESSIONS: &str = "
    SELECT count(*) AS sessions, count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting
    FROM pg_stat_activity WHERE usename = 'load'";

pub(crate) struct Postgres {
    // Dropped before the process, so that the server ends at once.
    connection: AsyncPgConnection,
    url: String,
    log: ServerLog,
    _process: ServerProcess,
}

#[derive(QueryableByName)]
struct StatementCounts {
    #[diesel(sql_type = BigInt)]
    statements: i64,
    #[diesel(sql_type = BigInt)]
    reads: i64,
    #[diesel(sql_type = BigInt)]
    writes: i64,
    #[diesel(sql_type = BigInt)]
    written_rows: i64,
}

#[derive(QueryableByName)]
struct TableCounts {
    #[diesel(sql_type = BigInt)]
    updated: i64,
    #[diesel(sql_type = BigInt)]
    heap_only: i64,
    #[diesel(sql_type = BigInt)]
    deadlocks: i64,
    #[diesel(sql_type = BigInt)]
    log_bytes: i64,
}

#[derive(QueryableByName)]
struct SessionCounts {
    #[diesel(sql_type = BigInt)]
    sessions: i64,
    #[diesel(sql_type = BigInt)]
    waiting: i64,
}

impl Server for Postgres {
    const NAME: &'static str = "PostgreSQL";

    async fn start(directory: &Path, max_connections: u32) -> Result<Self, Failure> {
        let user = SystemUser::owning(directory, "postgres")?;
        let data = directory.join("data");
        let mut create = user.command(program("initdb"), directory);
        create.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "-D"]);
        run(create.arg(&data))?;
        let port = free_port()?;
        let log = directory.join("server.log");
        let mut serve = user.command(program("postgres"), directory);
        serve.arg("-D").arg(&data).arg("-k").arg(directory);
        for setting in [
            format!("port={port}"),
            format!("max_connections={max_connections}"),
            "listen_addresses=127.0.0.1".to_owned(),
            "shared_preload_libraries=pg_stat_statements".to_owned(),
            // Waits for locks over 10 ms are logged.
            "log_lock_waits=on".to_owned(),
            "deadlock_timeout=10ms".to_owned(),
        ] {
            serve.args(["-c", &setting]);
        }
        let mut process = ServerProcess::start(&mut serve, &log, "-INT")?;
        let server = format!("127.0.0.1:{port}");
        let url = format!("postgres://postgres@{server}/postgres");
        let mut connection = process
            .connected(async || AsyncPgConnection::establish(&url).await)
            .await?;
        for statement in ["CREATE ROLE load LOGIN", "CREATE DATABASE load OWNER load"] {
            connection.batch_execute(statement).await?;
        }
        let url = format!("postgres://postgres@{server}/load");
        let mut connection = AsyncPgConnection::establish(&url).await?;
        let extension = "CREATE EXTENSION pg_stat_statements";
        connection.batch_execute(extension).await?;
        Ok(Self {
            connection,
            url: format!("postgres://load@{server}/load"),
            log: ServerLog::new(log),
            _process: process,
        })
    }

    fn url(&self) -> &str {
        &self.url
    }

    async fn prepare(&mut self, has_index: bool) -> Result<(), Failure> {
        PostgresActivity::new(&self.url).migrate().await?;
        let index = "service_client_activity_last_seen_at";
        let statement = if has_index {
            format!("CREATE INDEX IF NOT EXISTS {index} ON service_client_activity (last_seen_at)")
        } else {
            format!("DROP INDEX IF EXISTS {index}")
        };
        for statement in [
            "TRUNCATE service_client_activity",
            &*statement,
            "CHECKPOINT",
        ] {
            self.connection.batch_execute(statement).await?;
        }
        Ok(())
    }

    async fn counters(&mut self) -> Result<Counters, Failure> {
        let connection = &mut self.connection;
        let statements: StatementCounts =
            diesel::sql_query(STATEMENTS).get_result(connection).await?;
        let table: TableCounts = diesel::sql_query(TABLE).get_result(connection).await?;
        self.log.read()?;
        Ok(Counters {
            statements: count(statements.statements),
            reads: count(statements.reads),
            writes: count(statements.writes),
            rows: count(statements.written_rows),
            deadlocks: count(table.deadlocks),
            lock_waits: self.log.lock_waits,
            lock_wait_millis: self.log.lock_wait_millis,
            refused_connections: self.log.refused_connections,
            tuples: Some(Tuples {
                updated: count(table.updated),
                heap_only: count(table.heap_only),
            }),
            log_bytes: count(table.log_bytes),
        })
    }

    async fn sessions(&mut self) -> Result<Sessions, Failure> {
        let counts: SessionCounts = diesel::sql_query(SESSIONS)
            .get_result(&mut self.connection)
            .await?;
        Ok(Sessions {
            all: count(counts.sessions),
            waiting: count(counts.waiting),
        })
    }
}

/// Returns the path of a program, which Debian installs in a folder per version.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let paths = versions.filter_map(|it| Some(it.ok()?.path().join("bin").join(name)));
    paths
        .filter(|path| path.exists())
        .max()
        .unwrap_or_else(|| name.into())
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// What the server has logged so far.
struct ServerLog {
    path: PathBuf,
    read_bytes: u64,
    lock_waits: u64,
    lock_wait_millis: u64,
    refused_connections: u64,
}

impl ServerLog {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            read_bytes: 0,
            lock_waits: 0,
            lock_wait_millis: 0,
            refused_connections: 0,
        }
    }

    fn read(&mut self) -> Result<(), Failure> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.read_bytes))?;
        let mut new = Vec::new();
        self.read_bytes += u64::try_from(file.read_to_end(&mut new)?)?;
        for line in String::from_utf8_lossy(&new).lines() {
            if line.contains(" still waiting for ") {
                self.lock_waits += 1;
            } else if line.contains(" acquired ") {
                self.lock_wait_millis += waited_millis(line).unwrap_or_default();
            } else if line.contains("too many clients") || line.contains("connection slots") {
                self.refused_connections += 1;
            }
        }
        Ok(())
    }
}

/// Parses `.. acquired ShareLock on transaction 750 after 12.345 ms`.
fn waited_millis(line: &str) -> Option<u64> {
    let (_, after) = line.rsplit_once(" after ")?;
    after.split('.').next()?.parse().ok()
}
