use cognito_m2m::user_mapper;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::legacy::{Fixture, LegacyUser, database, legacy_users};
use super::suite::PATIENCE;

#[actix_web::test]
async fn rule_4_2_a_store_that_is_locked_or_gone_fails_closed() {
    let (path, pool) = database("locked", 1);
    let mapper = user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
    let fixture = Fixture::within(PATIENCE, mapper).await;
    let mut other = SqliteConnection::establish(&path).expect("the database");
    other.batch_execute("BEGIN EXCLUSIVE").expect("the lock");
    assert_eq!(fixture.status("reporting").await, 503);
    other.batch_execute("COMMIT").expect("the lock is back");
    assert_eq!(fixture.status("reporting").await, 200);
    other
        .batch_execute("DROP TABLE legacy_users")
        .expect("a statement");
    assert_eq!(fixture.status("reporting").await, 500);
}
