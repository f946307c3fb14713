use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;

use super::exactness::{blank_row, integer_rows, text_rows};
use super::legacy::CREATE_TABLE;
use super::pools::async_pools;
use crate::sqlite_file::sqlite_path;
use crate::{every_pool, kind, try_blanks, try_kinds};

kind!(binary, "users_binary", Text);
kind!(nocase, "users_nocase", Text);
kind!(rtrim, "users_rtrim", Text);
kind!(nullable, "users_nullable", Nullable<Text>);
kind!(char, "users_char", Text);
kind!(integer, "users_integer", Integer);
kind!(bigint, "users_bigint", BigInt);

/// Creates a database with a table for each kind of column, and returns its path.
fn database(name: &str) -> String {
    let path = sqlite_path(name);
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    for (table, column) in [
        ("users_binary", "TEXT NOT NULL"),
        ("users_nocase", "TEXT COLLATE NOCASE NOT NULL"),
        ("users_rtrim", "TEXT COLLATE RTRIM NOT NULL"),
        ("users_nullable", "TEXT"),
        ("users_char", "CHAR(32) NOT NULL"),
        ("users_integer", "INTEGER NOT NULL"),
        ("users_bigint", "BIGINT NOT NULL"),
    ] {
        let rows = match table {
            "users_integer" | "users_bigint" => integer_rows(table),
            _ => text_rows(table),
        };
        let create =
            format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, legacy {column}); {rows}");
        connection
            .batch_execute(&create)
            .expect("the table is created");
    }
    path
}

/// Creates a database with the legacy table, and returns its path with a pool.
pub(super) fn legacy_database(
    name: &str,
    connections: u32,
) -> (String, Pool<ConnectionManager<SqliteConnection>>) {
    let path = sqlite_path(name);
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    connection
        .batch_execute(CREATE_TABLE)
        .expect("the table is created");
    let pool = pool(&path, connections);
    (path, pool)
}

/// Like `legacy_database`, in the form that `every_pool!` requires.
async fn legacy_table(name: &str) -> ((), String) {
    let (path, _) = legacy_database(name, 1);
    ((), path)
}

async_pools!(SyncConnectionWrapper<SqliteConnection>);

async fn r2d2(path: &str, size: u32) -> Pool<ConnectionManager<SqliteConnection>> {
    let pool = Pool::builder().max_size(size);
    pool.build_unchecked(ConnectionManager::new(path))
}

every_pool!(sqlite_r2d2, legacy_table, r2d2, |pool| pool
    .get()
    .expect("the only connection is free"));
every_pool!(sqlite_bb8, legacy_table, bb8, |pool| pool
    .get()
    .await
    .expect("the only connection is free"));
every_pool!(sqlite_deadpool, legacy_table, deadpool, |pool| pool
    .get()
    .await
    .expect("the only connection is free"));

fn pool(path: &str, connections: u32) -> Pool<ConnectionManager<SqliteConnection>> {
    let manager = ConnectionManager::new(path);
    Pool::builder()
        .max_size(connections)
        .build(manager)
        .expect("the pool is created")
}

fn count_rows(path: &str) -> i64 {
    let mut connection = SqliteConnection::establish(path).expect("the database opens");
    binary::users::table
        .count()
        .get_result(&mut connection)
        .expect("the rows are counted")
}

#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_sqlite_over_r2d2() {
    let path = database("exact-r2d2");
    let pool = pool(&path, 2);
    try_kinds!(pool, texts: [binary, nocase, rtrim, nullable, char], integers: [integer, bigint]);
    assert_eq!(count_rows(&path), 3);
}

#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_sqlite_over_bb8() {
    let path = database("exact-bb8");
    let pool = bb8(&path, 2).await;
    try_kinds!(pool, texts: [binary, nocase, rtrim, nullable, char], integers: [integer, bigint]);
    assert_eq!(count_rows(&path), 3);
}

#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_sqlite_over_deadpool() {
    let path = database("exact-deadpool");
    let pool = deadpool(&path, 2).await;
    try_kinds!(pool, texts: [binary, nocase, rtrim, nullable, char], integers: [integer, bigint]);
    assert_eq!(count_rows(&path), 3);
}

/// SQLite pads nothing and removes no blanks.
#[actix_web::test]
async fn rule_4_3_trailing_blanks_are_part_of_the_value_in_sqlite() {
    let path = sqlite_path("exact-blanks");
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    for (table, column) in [
        ("users_binary", "TEXT NOT NULL"),
        ("users_nocase", "TEXT COLLATE NOCASE NOT NULL"),
        ("users_rtrim", "TEXT COLLATE RTRIM NOT NULL"),
        ("users_char", "CHAR(32) NOT NULL"),
    ] {
        let row = blank_row(table);
        let create =
            format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, legacy {column}); {row}");
        connection
            .batch_execute(&create)
            .expect("the table is created");
    }
    let pool = pool(&path, 2);
    try_blanks!(pool, stored: [binary, nocase, rtrim, char], padding: []);
}
