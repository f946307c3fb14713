//! A database of a test's own: SQLite, PostgreSQL and MariaDB. Without the features `postgres` and
//! `mysql` those are ignored, and the output of the tests says so.

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use cognito_m2m_examples::database::ServerConnection;
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use diesel_async::{AsyncMysqlConnection, AsyncPgConnection};

const POSTGRES: &str = "postgres://postgres@127.0.0.1:5432/test";
const MYSQL: &str = "mysql://root@127.0.0.1:3306";

/// Throws the programs out that use a test's database; PostgreSQL knows them by the name in the URL.
const KILL_IN_POSTGRES: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND application_name = ";
const KILL_IN_MYSQL: &str = "BEGIN NOT ATOMIC
    DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; -- It has ended by itself.
    FOR program IN (SELECT id FROM information_schema.processlist
        WHERE id <> CONNECTION_ID() AND db = DATABASE())
    DO KILL program.id; END FOR; END";

/// Empty at first, and gone with the test.
pub(crate) enum TestDatabase {
    /// A folder for the file.
    Sqlite(PathBuf),
    /// A schema.
    Postgres(String),
    /// A database.
    Mysql(String),
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(unique_name());
        // There is none, unless an earlier run was killed.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the folder for tests can be written");
        Self::Sqlite(folder)
    }

    pub(crate) fn postgres() -> Self {
        let name = unique_name();
        execute_in_postgres(
            POSTGRES,
            &format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"),
        );
        Self::Postgres(name)
    }

    pub(crate) fn mysql() -> Self {
        let name = unique_name();
        execute_in_mysql(
            MYSQL,
            &format!("DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}"),
        );
        Self::Mysql(name)
    }

    /// The `DATABASE_URL` of a program.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => folder.join("test.db").display().to_string(),
            Self::Postgres(schema) => {
                format!("{POSTGRES}?application_name={schema}&options=-c%20search_path%3D{schema}")
            }
            Self::Mysql(name) => format!("{MYSQL}/{name}"),
        }
    }

    /// Does something behind a program's back.
    pub(crate) fn execute(&self, statements: &str) {
        match self {
            Self::Sqlite(_) => {
                let connection = SqliteConnection::establish(&self.url());
                let mut connection = connection.expect("the file is there");
                let patient = format!("PRAGMA busy_timeout = 5000; {statements}");
                connection.batch_execute(&patient).expect("it is done");
            }
            Self::Postgres(_) => execute_in_postgres(&self.url(), statements),
            Self::Mysql(_) => execute_in_mysql(&self.url(), statements),
        }
    }

    /// Breaks the connections of the programs that use it. A SQLite file has none that could break.
    pub(crate) fn kill_connections(&self) {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(name) => {
                execute_in_postgres(&self.url(), &format!("{KILL_IN_POSTGRES} '{name}'"));
            }
            Self::Mysql(_) => execute_in_mysql(&self.url(), KILL_IN_MYSQL),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if thread::panicking() {
            // What is left tells more than a second panic, which would end the other tests.
            return;
        }
        match self {
            // It may be in the way of nobody.
            Self::Sqlite(folder) => drop(fs::remove_dir_all(folder)),
            Self::Postgres(name) => {
                execute_in_postgres(POSTGRES, &format!("DROP SCHEMA {name} CASCADE"));
            }
            Self::Mysql(name) => execute_in_mysql(MYSQL, &format!("DROP DATABASE {name}")),
        }
    }
}

fn execute_in_postgres(url: &str, statements: &str) {
    ServerConnection::<AsyncPgConnection>::establish(url)
        .expect("PostgreSQL answers")
        .batch_execute(statements)
        .expect("it is done");
}

fn execute_in_mysql(url: &str, statements: &str) {
    ServerConnection::<AsyncMysqlConnection>::establish(url)
        .expect("MariaDB answers")
        .batch_execute(statements)
        .expect("it is done");
}

/// Others may test on the same servers at the same time.
fn unique_name() -> String {
    static TESTS: AtomicUsize = AtomicUsize::new(0);
    let number = TESTS.fetch_add(1, Ordering::Relaxed);
    format!("m2m_example_{}_{number}", process::id())
}

/// Runs functions that take a [`TestDatabase`] as tests on each of the three.
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
                #[cfg_attr(not(feature = "postgres"), ignore = "needs PostgreSQL, and the feature `postgres`")]
                fn $scenario() {
                    super::$scenario(&crate::databases::TestDatabase::postgres());
                }
            )+
        }

        mod mysql {
            $(
                #[test]
                #[cfg_attr(not(feature = "mysql"), ignore = "needs MariaDB, and the feature `mysql`")]
                fn $scenario() {
                    super::$scenario(&crate::databases::TestDatabase::mysql());
                }
            )+
        }
    };
}

pub(crate) use on_each_database;
