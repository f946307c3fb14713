use cognito_m2m::user_mapper;

use super::exactness::{blank_row, integer_rows, text_rows};
use super::legacy::{LegacyUser, legacy_users};
use super::servers::DatabaseServer;
#[cfg(feature = "libpq")]
use super::servers::postgres::r2d2;
use super::servers::postgres::{Postgres, bb8, bb8_untested, deadpool, deadpool_untested};
use super::shared_lookups::{CountedQueries, thousand_first_requests_cause_one_query};
use super::uuids::uuid_rows;
use crate::{
    every_closed_connection, every_connection, every_pool, every_slow_lookup, kind, try_blanks,
    try_kinds,
};

kind!(text, "users_text", Text);
kind!(varchar, "users_varchar", Varchar);
kind!(padded, "users_char", Bpchar);
kind!(wide, "users_char_wide", Nullable<Bpchar>);
kind!(domain, "users_domain", Text);
kind!(citext, "users_citext", Citext);
kind!(icu, "users_icu", Text);
kind!(integer, "users_integer", Integer);
kind!(uuid, "users_uuid", Uuid);

/// Creates a schema with a table for each kind of column, and returns it with its URL.
async fn database(schema: &str) -> (Postgres, String) {
    let mut setup = "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
        CREATE DOMAIN padded_id AS char(40);"
        .to_owned();
    for (table, column) in [
        ("users_text", "text"),
        ("users_varchar", "varchar(255)"),
        ("users_char", "char(9)"),
        ("users_char_wide", "char(32)"),
        ("users_domain", "padded_id"),
        ("users_citext", "citext"),
        ("users_icu", "text COLLATE loose"),
        ("users_integer", "integer"),
        ("users_uuid", "uuid"),
    ] {
        let rows = match table {
            "users_integer" => integer_rows(table),
            "users_uuid" => uuid_rows(table),
            _ => text_rows(table),
        };
        setup += &format!(
            "CREATE TABLE {table} (id integer PRIMARY KEY, legacy {column} NOT NULL); {rows}"
        );
    }
    let server = Postgres::with(schema, &setup).await;
    let url = server.url(Postgres::address());
    (server, url)
}

/// Creates a schema with the legacy table, and returns it with its URL.
async fn legacy_table(schema: &str) -> (Postgres, String) {
    let server = Postgres::with_legacy_table(schema).await;
    let url = server.url(Postgres::address());
    (server, url)
}

#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_postgres_over_bb8() {
    let (_schema, url) = database("m2m_users_exact_bb8").await;
    let pool = bb8(&url, 2).await;
    try_kinds!(pool, texts: [text, varchar, padded, wide, domain, citext, icu], integers: [integer], uuids: [uuid]);
}

#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_postgres_over_deadpool() {
    let (_schema, url) = database("m2m_users_exact_deadpool").await;
    let pool = deadpool(&url, 2).await;
    try_kinds!(pool, texts: [text, varchar, padded, wide, domain, citext, icu], integers: [integer], uuids: [uuid]);
}

#[cfg(feature = "libpq")]
#[actix_web::test]
async fn rule_4_3_near_misses_find_no_user_in_postgres_over_r2d2() {
    let (_schema, url) = database("m2m_users_exact_r2d2").await;
    let pool = r2d2(&url, 2).await;
    try_kinds!(pool, texts: [text, varchar, padded, wide, domain, citext, icu], integers: [integer], uuids: [uuid]);
}

/// Creates a schema with tables whose only row has a trailing blank, and returns it with its URL.
async fn database_with_blanks(schema: &str) -> (Postgres, String) {
    let mut setup = "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
        CREATE DOMAIN padded_id AS char(40);"
        .to_owned();
    for (table, column) in [
        ("users_text", "text"),
        ("users_varchar", "varchar(255)"),
        ("users_char", "char(9)"),
        ("users_char_wide", "char(32)"),
        ("users_domain", "padded_id"),
        ("users_citext", "citext"),
        ("users_icu", "text COLLATE loose"),
    ] {
        let row = blank_row(table);
        setup += &format!(
            "CREATE TABLE {table} (id integer PRIMARY KEY, legacy {column} NOT NULL); {row}"
        );
    }
    let server = Postgres::with(schema, &setup).await;
    let url = server.url(Postgres::address());
    (server, url)
}

#[actix_web::test]
async fn rule_4_3_only_the_padding_of_char_is_not_part_of_the_value_in_postgres() {
    let (_schema, url) = database_with_blanks("m2m_users_blanks").await;
    let pool = bb8(&url, 2).await;
    try_blanks!(pool, stored: [text, varchar, citext, icu], padding: [padded, wide, domain]);
}

#[cfg(feature = "libpq")]
#[actix_web::test]
async fn rule_4_3_only_the_padding_of_char_is_not_part_of_the_value_in_postgres_over_r2d2() {
    let (_schema, url) = database_with_blanks("m2m_users_blanks_r2d2").await;
    let pool = r2d2(&url, 2).await;
    try_blanks!(pool, stored: [text, varchar, citext, icu], padding: [padded, wide, domain]);
}

every_pool!(postgres_bb8, legacy_table, bb8, |pool| pool
    .get()
    .await
    .expect("the only connection is free"));
every_pool!(postgres_deadpool, legacy_table, deadpool, |pool| pool
    .get()
    .await
    .expect("the only connection is free"));
every_connection!(connection_of_bb8, Postgres, bb8);
every_connection!(connection_of_deadpool, Postgres, deadpool);

#[cfg(feature = "libpq")]
every_pool!(postgres_r2d2, legacy_table, r2d2, |pool| pool
    .get()
    .expect("the only connection is free"));
#[cfg(feature = "libpq")]
every_connection!(connection_of_r2d2, Postgres, r2d2);

#[actix_web::test]
async fn thousand_first_requests_of_a_client_cause_one_query() {
    let (server, url) = legacy_table("m2m_users_thousand").await;
    let (pool, queries) = CountedQueries::of(bb8(&url, 5).await);
    let mapper = user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
    thousand_first_requests_cause_one_query(mapper, &queries, server).await;
}

mod slow {
    use futures_util::future::join_all;
    use futures_util::join;

    use super::*;
    use crate::user_tables::slow_lookups;

    every_slow_lookup!(
        Postgres,
        bb8(most: 5, of_one: 4, |pool| pool.get().await),
        deadpool(most: 5, of_one: 4, |pool| pool.get().await),
        #[cfg(feature = "libpq")]
        r2d2(most: 4, of_one: 3, |pool| pool.get()),
    );
    every_closed_connection!(
        Postgres,
        bb8(untested: bb8_untested),
        deadpool(untested: deadpool_untested),
    );
}
