use std::time::Duration;

use cognito_m2m::testing::TestClock;
use cognito_m2m::user_mapper;
use cognito_m2m::users::UserMapper;
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, Pool};

use super::legacy::{LegacyApi, LegacyUser, legacy_users};
use super::sqlite::legacy_database;
use super::suite::LONG_LOOKUP_TIMEOUT;

const TTL: Duration = Duration::from_secs(30);
const INSERT_USER: &str = "INSERT OR REPLACE INTO legacy_users VALUES (1, 'reporting', TRUE)";

fn execute(pool: &Pool<ConnectionManager<SqliteConnection>>, statement: &str) {
    let mut connection = pool.get().expect("a connection is free");
    connection
        .batch_execute(statement)
        .expect("the statement succeeds");
}

#[actix_web::test]
async fn user_who_is_deactivated_or_deleted_is_refused_after_the_time_to_live() {
    let (_, pool) = legacy_database("cache-active", 2);
    let clock = TestClock::new();
    let mapper = user_mapper!(pool.clone(), LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active);
    let mapper = mapper.cached_for(TTL).clock(clock.clone());
    let api = LegacyApi::with_lookup_timeout(LONG_LOOKUP_TIMEOUT, mapper).await;
    let token = api.token("reporting");
    for (statement, status) in [
        ("UPDATE legacy_users SET is_active = 0 WHERE id = 1", 403),
        ("DELETE FROM legacy_users WHERE id = 1", 403),
        ("DROP TABLE legacy_users", 500),
    ] {
        execute(&pool, INSERT_USER);
        // Only found users are cached, so the refusal of the previous round has no effect here.
        assert_eq!(api.status_with(&token).await, 200, "{statement}");
        execute(&pool, statement);
        clock.advance(TTL - Duration::from_secs(1));
        assert_eq!(
            api.status_with(&token).await,
            200,
            "{statement}: the user is still cached"
        );
        clock.advance(Duration::from_secs(1));
        assert_eq!(api.status_with(&token).await, status, "{statement}");
    }
}

#[actix_web::test]
async fn users_are_cached_by_the_claim_that_selects_them() {
    let (_, pool) = legacy_database("cache-claims", 2);
    let mapper = user_mapper!(pool, LegacyUser, claim "legacy" => legacy_users::username);
    let mapper = mapper.cached_for(TTL).serving(["default"]);
    let api = LegacyApi::with_lookup_timeout(LONG_LOOKUP_TIMEOUT, mapper).await;
    let usernames = ["reporting", "retired", "unknown"];
    let token_for = |name| api.cognito().token("one").claim("legacy", name).sign();
    let tokens = usernames.map(token_for);
    for _ in 0..2 {
        for (token, username) in tokens.iter().zip(usernames) {
            let answer = api.get_with(token).await;
            match username {
                "unknown" => assert_eq!(answer.status, 403),
                _ => assert_eq!(answer.body, username),
            }
        }
    }
}
