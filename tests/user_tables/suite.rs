//! The tests of every connection pool of every database.

use std::time::{Duration, Instant};

use cognito_m2m::users::UserMapper;

use super::legacy::{LegacyApi, LegacyUser};

/// A timeout that no lookup reaches, so that a 503 means that an error was detected.
pub(super) const LONG_LOOKUP_TIMEOUT: Duration = Duration::from_secs(120);

/// The tests of one kind of connection pool.
///
/// `$database` creates the legacy table and returns the database with its URL, `$pool` creates a
/// pool from a URL and a size, and `$hold` takes a connection out of a pool.
#[macro_export]
macro_rules! every_pool {
    ($name:ident, $database:path, $pool:path, |$held:ident| $hold:expr) => {
        mod $name {
            use super::*;
            use $crate::user_tables::legacy::{LegacyUser, legacy_users};
            use $crate::user_tables::suite;

            #[actix_web::test]
            async fn active_users_are_found_and_inactive_ones_are_not() {
                let (_database, url) = $database(concat!("m2m_users_found_", stringify!($name))).await;
                let pool = $pool(&url, 2).await;
                suite::only_exact_and_active_users_are_found(cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active)).await;
            }

            #[actix_web::test]
            async fn rule_4_2_exhausted_pool_is_503_until_a_connection_is_free() {
                let (_database, url) = $database(concat!("m2m_users_exhausted_", stringify!($name))).await;
                let pool = $pool(&url, 1).await;
                let $held = pool.clone();
                let held = $hold;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::exhausted_pool_recovers(mapper, held).await;
            }

            #[actix_web::test]
            async fn rule_4_2_unreachable_database_is_503() {
                let (_database, url) = $database(concat!("m2m_users_unreachable_", stringify!($name))).await;
                // No server listens on port 1, and the directory of the file does not exist.
                let unreachable = match url.split_once("127.0.0.1:") {
                    Some((before, _)) => format!("{before}127.0.0.1:1/test"),
                    None => format!("{url}.missing/users.db"),
                };
                let pool = $pool(&unreachable, 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::unreachable_database_is_503(mapper).await;
            }
        }
    };
}

/// The tests of failing connections to a server, for one kind of connection pool.
#[macro_export]
macro_rules! every_connection {
    ($name:ident, $server:ty, $pool:path) => {
        mod $name {
            use cognito_m2m_tests::Proxy;

            use super::*;
            use $crate::user_tables::legacy::{LegacyUser, legacy_users};
            use $crate::user_tables::servers::DatabaseServer;
            use $crate::user_tables::suite;

            #[actix_web::test]
            async fn rule_4_2_connection_that_breaks_during_a_statement_is_503_and_recovers() {
                let name = concat!("m2m_users_broken_", stringify!($name));
                let server = <$server>::with_legacy_table(name).await;
                let proxy = Proxy::start(<$server>::address());
                let pool = $pool(&server.url(proxy.address()), 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::broken_connection_recovers(mapper, server, &proxy).await;
            }

            #[actix_web::test]
            async fn rule_4_2_lookup_that_timed_out_does_not_affect_the_next_one() {
                let name = concat!("m2m_users_timed_out_", stringify!($name));
                let server = <$server>::with_legacy_table(name).await;
                let pool = $pool(&server.url(<$server>::address()), 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::timed_out_lookup_leaves_no_result_behind(mapper, server).await;
            }

            #[actix_web::test]
            async fn rule_4_2_stopped_server_is_503_until_it_is_available_again() {
                let name = concat!("m2m_users_stopped_", stringify!($name));
                let server = <$server>::with_legacy_table(name).await;
                let proxy = Proxy::start(<$server>::address());
                let pool = $pool(&server.url(proxy.address()), 2).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::stopped_server_recovers(mapper, &proxy).await;
            }
        }
    };
}

pub(super) async fn only_exact_and_active_users_are_found(
    mapper: impl UserMapper<User = LegacyUser>,
) {
    let api = LegacyApi::with_lookup_timeout(LONG_LOOKUP_TIMEOUT, mapper).await;
    for (client_id, status) in [
        ("reporting", 200),
        ("Reporting", 403),
        ("retired", 403),
        ("unknown", 403),
        // An inactive row next to an active one is not ambiguous. Two active rows are.
        ("twin", 200),
        ("double", 500),
        ("gone", 403),
    ] {
        assert_eq!(api.status_of(client_id).await, status, "{client_id}");
    }
    for (client_id, status, body) in [
        ("reporting", 200, "reporting"),
        ("twin", 200, "twin"),
        ("Reporting", 200, "(proxy)"),
        ("unknown", 200, "(proxy)"),
        ("retired", 403, "not mapped"),
        ("gone", 403, "not mapped"),
        ("double", 500, ""),
    ] {
        let answer = api.any_user_of(client_id).await;
        assert_eq!(answer.status, status, "{client_id}");
        assert!(answer.body.contains(body), "{client_id}: {}", answer.body);
    }
}

/// `held` is the only connection of the pool.
pub(super) async fn exhausted_pool_recovers(
    mapper: impl UserMapper<User = LegacyUser>,
    held: impl Sized,
) {
    let api = LegacyApi::start(mapper).await;
    let token = api.token("reporting");
    let started_at = Instant::now();
    assert_eq!(api.status_with(&token).await, 503);
    // The lookup times out after one second. Pools wait for 30 seconds, or without a limit.
    assert!(started_at.elapsed() < Duration::from_secs(28));
    drop(held);
    api.wait_until_available(&token).await;
}

pub(super) async fn unreachable_database_is_503(mapper: impl UserMapper<User = LegacyUser>) {
    let api = LegacyApi::start(mapper).await;
    for client_id in ["reporting", "unknown"] {
        assert_eq!(api.status_of(client_id).await, 503, "{client_id}");
    }
}

/// Breaks the pool's only connection, which goes through the proxy, while a statement waits for a
/// lock: first in the proxy, then in the server, then in the server with a statement that is new to
/// the connection. Finally breaks it in the middle of a result.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) async fn broken_connection_recovers(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl super::servers::DatabaseServer,
    proxy: &cognito_m2m_tests::Proxy,
) {
    let api = LegacyApi::with_lookup_timeout(LONG_LOOKUP_TIMEOUT, mapper).await;
    let token = api.token("reporting");
    assert_eq!(api.status_with(&token).await, 200);
    for (is_killed, is_new) in [(false, false), (true, false), (true, true)] {
        if is_new {
            proxy.cut();
        }
        server.lock().await;
        let started_at = Instant::now();
        let request = api.spawn_request(&token);
        server.wait_for_blocked_statement().await;
        if is_killed {
            server.kill_blocked_connection().await;
        } else {
            proxy.cut();
        }
        let answer = request.await.expect("the task completes");
        assert_eq!(answer.status, 503, "killed: {is_killed}");
        assert!(
            started_at.elapsed() < LONG_LOOKUP_TIMEOUT,
            "killed: {is_killed}: the broken connection was not detected"
        );
        server.unlock().await;
        assert_eq!(api.status_with(&token).await, 200, "killed: {is_killed}");
    }
    proxy.cut_once_within("reporting");
    assert_eq!(api.status_with(&token).await, 503);
    assert_eq!(api.status_with(&token).await, 200);
}

/// Locks the table until a lookup has timed out. Its late result must not become the result of a
/// later lookup over the pool's only connection.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) async fn timed_out_lookup_leaves_no_result_behind(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl super::servers::DatabaseServer,
) {
    let api = LegacyApi::with_lookup_timeout(Duration::from_secs(3), mapper).await;
    let [known, unknown] = ["reporting", "unknown"].map(|client_id| api.token(client_id));
    api.wait_until_available(&known).await;
    server.lock().await;
    let request = api.spawn_request(&known);
    server.wait_for_blocked_statement().await;
    assert_eq!(request.await.expect("the task completes").status, 503);
    server.unlock().await;
    api.wait_until_available(&known).await;
    for round in 0..10 {
        assert_eq!(api.status_with(&unknown).await, 403, "round {round}");
        assert_eq!(api.status_with(&known).await, 200, "round {round}");
    }
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) async fn stopped_server_recovers(
    mapper: impl UserMapper<User = LegacyUser>,
    proxy: &cognito_m2m_tests::Proxy,
) {
    let api = LegacyApi::start(mapper).await;
    let token = api.token("reporting");
    api.wait_until_available(&token).await;
    proxy.refuse();
    for _ in 0..2 {
        assert_eq!(api.status_with(&token).await, 503);
    }
    proxy.pass();
    api.wait_until_available(&token).await;
}
