use cognito_m2m::user_mapper;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::legacy::{LegacyApi, LegacyUser, legacy_users};
use super::sqlite::legacy_database;
use super::suite::LONG_LOOKUP_TIMEOUT;

#[actix_web::test]
async fn rule_4_2_locked_or_missing_table_refuses_the_request() {
    let (path, pool) = legacy_database("locked", 1);
    let mapper = user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
    let api = LegacyApi::with_lookup_timeout(LONG_LOOKUP_TIMEOUT, mapper).await;
    let mut other = SqliteConnection::establish(&path).expect("the database opens");
    let mut execute = |statement| {
        other
            .batch_execute(statement)
            .expect("the statement succeeds");
    };
    execute("BEGIN EXCLUSIVE");
    assert_eq!(api.status_of("reporting").await, 503);
    execute("COMMIT");
    assert_eq!(api.status_of("reporting").await, 200);
    execute("DROP TABLE legacy_users");
    assert_eq!(api.status_of("reporting").await, 500);
}
