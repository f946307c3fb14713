use cognito_m2m::user_mapper;
use cognito_m2m::users::{UserMapper, UserMappingError};
use futures_util::future::join;

use super::exactness::{blank_row, integer_rows, principal, text_rows};
use super::legacy::{LegacyUser, legacy_users};
use super::servers::DatabaseServer;
#[cfg(feature = "libmysql")]
use super::servers::mysql::r2d2;
use super::servers::mysql::{Mysql, bb8, bb8_untested, deadpool, deadpool_untested, german};
use super::shared_lookups::{CountedQueries, thousand_first_requests_cause_one_query};
use crate::{
    every_closed_connection, every_connection, every_pool, every_slow_lookup, kind, try_blanks,
    try_kinds,
};

kind!(utf8, "users_utf8", Text);
kind!(utf8_bin, "users_utf8_bin", Text);
kind!(latin1, "users_latin1", Text);
kind!(padded_utf8, "users_char", Text);
kind!(int, "users_int", Integer);

/// Creates a database with a table for each kind of column, and returns it with its URL.
async fn database(name: &str) -> (Mysql, String) {
    let mut setup = String::new();
    for (table, column) in [
        ("users_utf8", "varchar(255)"),
        ("users_utf8_bin", "varchar(255) COLLATE utf8mb4_bin"),
        ("users_latin1", "varchar(255) CHARACTER SET latin1"),
        ("users_char", "char(20)"),
        ("users_int", "int"),
    ] {
        let rows = match table {
            "users_int" => integer_rows(table),
            _ => text_rows(table),
        };
        setup +=
            &format!("CREATE TABLE {table} (id int PRIMARY KEY, legacy {column} NOT NULL); {rows}");
    }
    let server = Mysql::with(name, &setup).await;
    let url = server.url(Mysql::address());
    (server, url)
}

/// Creates a database with the legacy table, and returns it with its URL.
async fn legacy_table(name: &str) -> (Mysql, String) {
    let server = Mysql::with_legacy_table(name).await;
    let url = server.url(Mysql::address());
    (server, url)
}

#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_mariadb_over_bb8() {
    let (_database, url) = database("m2m_users_exact_bb8").await;
    let pool = bb8(&url, 2).await;
    try_kinds!(pool, texts: [utf8, utf8_bin, latin1, padded_utf8], integers: [int]);
}

#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_mariadb_over_deadpool() {
    let (_database, url) = database("m2m_users_exact_deadpool").await;
    let pool = deadpool(&url, 2).await;
    try_kinds!(pool, texts: [utf8, utf8_bin, latin1, padded_utf8], integers: [int]);
}

#[cfg(feature = "libmysql")]
#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_mariadb_over_r2d2() {
    let (_database, url) = database("m2m_users_exact_r2d2").await;
    let pool = r2d2(&url, 2).await;
    try_kinds!(pool, texts: [utf8, utf8_bin, latin1, padded_utf8], integers: [int]);
}

#[actix_web::test]
async fn rule_4_3_only_the_padding_of_char_is_not_part_of_the_value_in_mariadb() {
    let mut setup = String::new();
    for (table, column) in [
        ("users_utf8", "varchar(255)"),
        ("users_utf8_bin", "varchar(255) COLLATE utf8mb4_bin"),
        ("users_latin1", "varchar(255) CHARACTER SET latin1"),
        ("users_char", "char(20)"),
    ] {
        let row = blank_row(table);
        setup +=
            &format!("CREATE TABLE {table} (id int PRIMARY KEY, legacy {column} NOT NULL); {row}");
    }
    let server = Mysql::with("m2m_users_blanks", &setup).await;
    let pool = bb8(&server.url(Mysql::address()), 2).await;
    try_blanks!(pool, stored: [utf8, utf8_bin, latin1], padding: [padded_utf8]);
}

#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_mariadb_with_german_messages() {
    let (_database, url) = database("m2m_users_exact_german").await;
    let pool = german(&url, 2).await;
    try_kinds!(pool, texts: [utf8, utf8_bin, latin1, padded_utf8], integers: [int]);
}

#[actix_web::test]
async fn rule_4_2_interrupted_statement_is_unavailable_in_any_language() {
    let (mut server, url) = legacy_table("m2m_users_interrupted").await;
    for (pool, word) in [
        (bb8(&url, 1).await, "interrupted"),
        (german(&url, 1).await, "unterbrochen"),
    ] {
        let mapper = user_mapper!(pool, LegacyUser, claim "legacy" => legacy_users::username);
        let reporting = principal(&"reporting".into());
        server.lock().await;
        let (result, ()) = join(mapper.find(&reporting), async {
            server.wait_for_blocked_statement().await;
            server.interrupt_blocked_statement().await;
        })
        .await;
        match result {
            Err(UserMappingError::Unavailable(cause)) => {
                assert!(cause.to_string().contains(word), "{cause}");
            }
            Err(error) => panic!("{error:?}"),
            Ok(_) => panic!("the statement was not interrupted"),
        }
        server.unlock().await;
        assert!(matches!(mapper.find(&reporting).await, Ok(Some(_))));
    }
}

every_pool!(mariadb_bb8, legacy_table, bb8, |pool| pool
    .get()
    .await
    .expect("the only connection is free"));
every_pool!(mariadb_deadpool, legacy_table, deadpool, |pool| pool
    .get()
    .await
    .expect("the only connection is free"));
every_connection!(connection_of_bb8, Mysql, bb8);
every_connection!(connection_of_deadpool, Mysql, deadpool);

#[cfg(feature = "libmysql")]
every_pool!(mariadb_r2d2, legacy_table, r2d2, |pool| pool
    .get()
    .expect("the only connection is free"));
#[cfg(feature = "libmysql")]
every_connection!(connection_of_r2d2, Mysql, r2d2);

#[actix_web::test]
async fn thousand_first_requests_of_a_client_cause_one_query() {
    let (server, url) = legacy_table("m2m_users_thousand").await;
    let (pool, queries) = CountedQueries::of(deadpool(&url, 5).await);
    let mapper = user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
    thousand_first_requests_cause_one_query(mapper, &queries, server).await;
}

mod slow {
    use futures_util::future::join_all;
    use futures_util::join;

    use super::*;
    use crate::user_tables::slow_lookups;

    every_slow_lookup!(
        Mysql,
        bb8(most: 5, of_one: 4, |pool| pool.get().await),
        deadpool(most: 5, of_one: 4, |pool| pool.get().await),
        #[cfg(feature = "libmysql")]
        r2d2(most: 4, of_one: 3, |pool| pool.get()),
    );
    every_closed_connection!(
        Mysql,
        bb8(untested: bb8_untested),
        deadpool(untested: deadpool_untested),
    );
}
