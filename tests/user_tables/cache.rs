use std::time::Duration;

use cognito_m2m::testing::{LocalCognito, TestClock};
use cognito_m2m::user_mapper;
use cognito_m2m::users::UserMapper;
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, Pool};

use super::legacy::{Fixture, LegacyUser, database, legacy_users};
use super::suite::PATIENCE;

const TTL: Duration = Duration::from_secs(30);
const REPORTING: &str = "INSERT OR REPLACE INTO legacy_users VALUES (1, 'reporting', TRUE)";

fn change(pool: &Pool<ConnectionManager<SqliteConnection>>, statement: &str) {
    let mut connection = pool.get().expect("a connection");
    connection.batch_execute(statement).expect("a statement");
}

#[actix_web::test]
async fn a_user_who_becomes_inactive_or_is_deleted_is_refused_within_the_time_to_live() {
    let (_, pool) = database("cache-active", 2);
    let clock = TestClock::new();
    let mapper = user_mapper!(pool.clone(), LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active);
    let fixture = Fixture::within(PATIENCE, mapper.cached_for(TTL).clock(clock.clone())).await;
    let token = fixture.token("reporting");
    for (statement, late) in [
        ("UPDATE legacy_users SET is_active = 0 WHERE id = 1", 403),
        ("DELETE FROM legacy_users WHERE id = 1", 403),
        ("DROP TABLE legacy_users", 500),
    ] {
        change(&pool, REPORTING);
        // A miss is not kept: who was refused a moment ago is there again.
        assert_eq!(fixture.status_of(&token).await, 200, "{statement}");
        change(&pool, statement);
        clock.advance(TTL - Duration::from_secs(1));
        assert_eq!(
            fixture.status_of(&token).await,
            200,
            "{statement}: remembered"
        );
        clock.advance(Duration::from_secs(1));
        assert_eq!(fixture.status_of(&token).await, late, "{statement}");
    }
}

#[actix_web::test]
async fn one_client_with_two_claims_is_two_users() {
    let (_, pool) = database("cache-claims", 2);
    let mapper = user_mapper!(pool, LegacyUser, claim "legacy" => legacy_users::username);
    let fixture = Fixture::within(PATIENCE, mapper.cached_for(TTL).serving(["default"])).await;
    let claims = ["reporting", "retired", "unknown"];
    let tokens = claims.map(|name| named(&fixture.cognito, name));
    for _ in 0..2 {
        for (token, name) in tokens.iter().zip(claims) {
            let answer = fixture.api.get("/legacy", token).await;
            match name {
                "unknown" => assert_eq!(answer.status, 403),
                _ => assert_eq!(answer.body, name),
            }
        }
    }
}

fn named(cognito: &LocalCognito, name: &str) -> String {
    cognito.token("one").claim("legacy", name).sign()
}
