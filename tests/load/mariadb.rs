use std::collections::HashMap;
use std::path::Path;

use cognito_m2m::activity::MysqlActivity;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::Failure;
use super::counters::Counters;
use super::scratch::{ServerProcess, SystemUser, free_port, run};
use super::server::{Server, Sessions};

const STATUS: &str = "
    SELECT LOWER(VARIABLE_NAME) AS name, VARIABLE_VALUE AS value
    FROM information_schema.GLOBAL_STATUS
    WHERE VARIABLE_NAME IN ('questions', 'com_select', 'com_insert', 'com_update', 'handler_update',
        'innodb_deadlocks', 'innodb_row_lock_waits', 'innodb_row_lock_time',
        'innodb_row_lock_current_waits', 'innodb_os_log_written', 'threads_connected',
        'connection_errors_max_connections')";

pub(crate) struct MariaDb {
    connection: AsyncMysqlConnection,
    url: String,
    /// The number of queries of this program, which the server counts too.
    own_queries: u64,
    _process: ServerProcess,
}

#[derive(QueryableByName)]
struct Status {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    value: String,
}

impl Server for MariaDb {
    const NAME: &'static str = "MariaDB";

    async fn start(directory: &Path, max_connections: u32) -> Result<Self, Failure> {
        let user = SystemUser::owning(directory, "mysql")?;
        let data = directory.join("data");
        let data = format!("--datadir={}", data.display());
        let mut create = user.command("mariadb-install-db", directory);
        create.args([
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ]);
        run(create.arg(&data))?;
        let port = free_port()?;
        let mut serve = user.command("mariadbd", directory);
        serve.args(["--no-defaults", "--bind-address=127.0.0.1", &data]);
        for (name, value) in [
            ("port", port.to_string()),
            ("max-connections", max_connections.to_string()),
            ("socket", directory.join("socket").display().to_string()),
            ("pid-file", directory.join("pid").display().to_string()),
        ] {
            serve.arg(format!("--{name}={value}"));
        }
        let log = directory.join("server.log");
        let mut process = ServerProcess::start(&mut serve, &log, "-KILL")?;
        let server = format!("mysql://root@127.0.0.1:{port}");
        let url = format!("{server}/mysql");
        let mut connection = process
            .connected(async || AsyncMysqlConnection::establish(&url).await)
            .await?;
        connection.batch_execute("CREATE DATABASE activity").await?;
        Ok(Self {
            connection,
            url: format!("{server}/activity"),
            own_queries: 0,
            _process: process,
        })
    }

    fn url(&self) -> &str {
        &self.url
    }

    async fn prepare(&mut self, has_index: bool) -> Result<(), Failure> {
        MysqlActivity::new(&self.url).migrate().await?;
        let index = "service_client_activity_last_seen_at";
        let table = "activity.service_client_activity";
        let statement = if has_index {
            format!("CREATE INDEX IF NOT EXISTS {index} ON {table} (last_seen_at)")
        } else {
            format!("DROP INDEX IF EXISTS {index} ON {table}")
        };
        for statement in [format!("TRUNCATE {table}"), statement] {
            self.connection.batch_execute(&statement).await?;
        }
        Ok(())
    }

    async fn counters(&mut self) -> Result<Counters, Failure> {
        let status = self.status().await?;
        let count = |name| status.get(name).copied().unwrap_or_default();
        Ok(Counters {
            statements: count("questions").saturating_sub(self.own_queries),
            reads: count("com_select").saturating_sub(self.own_queries),
            writes: count("com_insert") + count("com_update"),
            // Most servers no longer have `innodb_rows_updated`.
            rows: count("handler_update"),
            deadlocks: count("innodb_deadlocks"),
            lock_waits: count("innodb_row_lock_waits"),
            lock_wait_millis: count("innodb_row_lock_time"),
            refused_connections: count("connection_errors_max_connections"),
            tuples: None,
            log_bytes: count("innodb_os_log_written"),
        })
    }

    async fn sessions(&mut self) -> Result<Sessions, Failure> {
        let status = self.status().await?;
        let count = |name| status.get(name).copied().unwrap_or_default();
        Ok(Sessions {
            // One is that of this program.
            all: count("threads_connected").saturating_sub(1),
            waiting: count("innodb_row_lock_current_waits"),
        })
    }
}

impl MariaDb {
    async fn status(&mut self) -> Result<HashMap<String, u64>, Failure> {
        self.own_queries += 1;
        let status: Vec<Status> = diesel::sql_query(STATUS).load(&mut self.connection).await?;
        let numbers = status
            .into_iter()
            .filter_map(|it| Some((it.name, it.value.parse().ok()?)));
        Ok(numbers.collect())
    }
}
