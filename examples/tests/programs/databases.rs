//! An empty database for each test, in SQLite, PostgreSQL or MariaDB. Without the features
//! `postgres` and `mysql`, the tests on these servers are ignored.

use std::{
    fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

#[cfg(feature = "servers")]
use cognito_m2m_examples::database::ServerConnection;
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};

#[cfg(feature = "postgres")]
const POSTGRES: &str = "postgres://postgres@127.0.0.1:5432/test";
#[cfg(feature = "mysql")]
const MYSQL: &str = "mysql://root@127.0.0.1:3306";

/// Ends the connections to a test's database, whose URL passes its name as `application_name`.
#[cfg(feature = "postgres")]
const KILL_IN_POSTGRES: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND application_name = ";
#[cfg(feature = "mysql")]
const KILL_IN_MYSQL: &str = "BEGIN NOT ATOMIC
    DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; -- The connection has already ended.
    FOR program IN (SELECT id FROM information_schema.processlist
        WHERE id <> CONNECTION_ID() AND db = DATABASE())
    DO KILL program.id; END FOR; END";

/// An empty database, which is removed when the test ends.
pub(crate) enum TestDatabase {
    /// The folder of the file.
    Sqlite(PathBuf),
    /// The name of a schema.
    #[cfg(feature = "postgres")]
    Postgres(String),
    /// The name of a database.
    #[cfg(feature = "mysql")]
    Mysql(String),
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(unique_name());
        // The folder exists only if an earlier run was killed.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the folder for tests is writable");
        Self::Sqlite(folder)
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn postgres() -> Self {
        let name = unique_name();
        execute_in_postgres(
            POSTGRES,
            &format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"),
        );
        Self::Postgres(name)
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn mysql() -> Self {
        let name = unique_name();
        execute_in_mysql(
            MYSQL,
            &format!("DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}"),
        );
        Self::Mysql(name)
    }

    /// Returns the `DATABASE_URL` for a program.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => folder.join("test.db").display().to_string(),
            #[cfg(feature = "postgres")]
            Self::Postgres(schema) => {
                format!("{POSTGRES}?application_name={schema}&options=-c%20search_path%3D{schema}")
            }
            #[cfg(feature = "mysql")]
            Self::Mysql(name) => format!("{MYSQL}/{name}"),
        }
    }

    /// Executes statements on a separate connection.
    pub(crate) fn execute(&self, statements: &str) {
        match self {
            Self::Sqlite(_) => {
                let connection = SqliteConnection::establish(&self.url());
                let mut connection = connection.expect("the file exists");
                let statements = format!("PRAGMA busy_timeout = 5000; {statements}");
                connection
                    .batch_execute(&statements)
                    .expect("SQLite executes the statements");
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => execute_in_postgres(&self.url(), statements),
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => execute_in_mysql(&self.url(), statements),
        }
    }

    /// Ends the connections of programs to a database server. Does nothing for SQLite.
    pub(crate) fn kill_connections(&self) {
        match self {
            Self::Sqlite(_) => {}
            #[cfg(feature = "postgres")]
            Self::Postgres(name) => {
                execute_in_postgres(&self.url(), &format!("{KILL_IN_POSTGRES} '{name}'"));
            }
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => execute_in_mysql(&self.url(), KILL_IN_MYSQL),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if thread::panicking() {
            // A second panic would abort the other tests, and the data helps to find the cause.
            return;
        }
        match self {
            // A leftover folder does no harm.
            Self::Sqlite(folder) => drop(fs::remove_dir_all(folder)),
            #[cfg(feature = "postgres")]
            Self::Postgres(name) => {
                execute_in_postgres(POSTGRES, &format!("DROP SCHEMA {name} CASCADE"));
            }
            #[cfg(feature = "mysql")]
            Self::Mysql(name) => execute_in_mysql(MYSQL, &format!("DROP DATABASE {name}")),
        }
    }
}

#[cfg(feature = "postgres")]
fn execute_in_postgres(url: &str, statements: &str) {
    ServerConnection::<diesel_async::AsyncPgConnection>::establish(url)
        .expect("PostgreSQL accepts the connection")
        .batch_execute(statements)
        .expect("PostgreSQL executes the statements");
}

#[cfg(feature = "mysql")]
fn execute_in_mysql(url: &str, statements: &str) {
    ServerConnection::<diesel_async::AsyncMysqlConnection>::establish(url)
        .expect("MariaDB accepts the connection")
        .batch_execute(statements)
        .expect("MariaDB executes the statements");
}

/// Returns a name that no other test uses, in this process or in another one on the same servers.
fn unique_name() -> String {
    static TESTS: AtomicUsize = AtomicUsize::new(0);
    let number = TESTS.fetch_add(1, Ordering::Relaxed);
    format!("m2m_example_{}_{number}", process::id())
}

/// Runs functions that take a [`TestDatabase`] as tests on each of the databases.
macro_rules! on_each_database {
    ($($scenario:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $scenario() {
                    super::$scenario(&crate::databases::TestDatabase::sqlite());
                }
            )+
        }

        mod postgres {
            $(
                #[test]
                #[cfg_attr(not(feature = "postgres"), ignore = "needs PostgreSQL and the feature `postgres`")]
                fn $scenario() {
                    #[cfg(feature = "postgres")]
                    super::$scenario(&crate::databases::TestDatabase::postgres());
                }
            )+
        }

        mod mysql {
            $(
                #[test]
                #[cfg_attr(not(feature = "mysql"), ignore = "needs MariaDB and the feature `mysql`")]
                fn $scenario() {
                    #[cfg(feature = "mysql")]
                    super::$scenario(&crate::databases::TestDatabase::mysql());
                }
            )+
        }
    };
}

pub(crate) use on_each_database;
