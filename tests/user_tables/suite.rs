//! What holds over every pool of every database: the acceptance suite, and the faults of rule 4.2.

use std::time::{Duration, Instant};

use cognito_m2m::users::UserMapper;

use super::legacy::{Fixture, LegacyUser};

/// So long that no lookup fails by its time: what is answered 503 is a fault that was noticed.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// The acceptance suite, and what can be done to a pool, over one kind of pool: `$pool` makes one
/// of a URL and a size, `$hold` takes a connection out of it.
#[macro_export]
macro_rules! every_pool {
    ($name:ident, $url:path, $pool:path, |$held:ident| $hold:expr) => {
        mod $name {
            use super::*;
            use $crate::user_tables::legacy::{LegacyUser, legacy_users};
            use $crate::user_tables::suite;

            #[actix_web::test]
            async fn the_common_case_is_one_line_and_an_inactive_user_is_a_miss() {
                let (_database, url) = $url(concat!("m2m_users_case_", stringify!($name))).await;
                let pool = $pool(&url, 2).await;
                suite::common_case(cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active)).await;
            }

            #[actix_web::test]
            async fn rule_4_2_an_exhausted_pool_is_503_and_recovers() {
                let (_database, url) = $url(concat!("m2m_users_full_", stringify!($name))).await;
                let pool = $pool(&url, 1).await;
                let $held = pool.clone();
                let held = $hold;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::exhausted(mapper, held).await;
            }

            #[actix_web::test]
            async fn rule_4_2_a_store_that_can_not_be_reached_is_503() {
                let (_database, url) = $url(concat!("m2m_users_gone_", stringify!($name))).await;
                // Nothing listens at port 1, and no file is in a folder that is not there.
                let nowhere = match url.split_once("127.0.0.1:") {
                    Some((before, _)) => format!("{before}127.0.0.1:1/test"),
                    None => format!("{url}.gone/users.db"),
                };
                let pool = $pool(&nowhere, 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::unreachable(mapper).await;
            }
        }
    };
}

/// The faults of a connection to a server, over one kind of pool.
#[macro_export]
macro_rules! every_connection {
    ($name:ident, $server:ty, $pool:path) => {
        mod $name {
            use cognito_m2m_tests::Proxy;

            use super::*;
            use $crate::user_tables::legacy::{LegacyUser, legacy_users};
            use $crate::user_tables::servers::Server;
            use $crate::user_tables::suite;

            #[actix_web::test]
            async fn rule_4_2_a_connection_that_breaks_in_mid_statement_is_503_and_recovers() {
                let name = concat!("m2m_users_broken_", stringify!($name));
                let server = <$server>::with_legacy_table(name).await;
                let proxy = Proxy::start(<$server>::address());
                let pool = $pool(&server.url(proxy.address()), 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::broken(mapper, server, &proxy).await;
            }

            #[actix_web::test]
            async fn rule_4_2_a_lookup_that_was_given_up_leaves_its_connection_in_order() {
                let name = concat!("m2m_users_given_up_", stringify!($name));
                let server = <$server>::with_legacy_table(name).await;
                let pool = $pool(&server.url(<$server>::address()), 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::given_up(mapper, server).await;
            }

            #[actix_web::test]
            async fn rule_4_2_a_server_that_goes_away_is_503_until_it_is_back() {
                let name = concat!("m2m_users_away_", stringify!($name));
                let server = <$server>::with_legacy_table(name).await;
                let proxy = Proxy::start(<$server>::address());
                let pool = $pool(&server.url(proxy.address()), 2).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username);
                suite::away_and_back(mapper, &proxy).await;
            }
        }
    };
}

pub(super) async fn common_case(mapper: impl UserMapper<User = LegacyUser>) {
    let fixture = Fixture::within(PATIENCE, mapper).await;
    for (client_id, status) in [
        ("reporting", 200),
        ("Reporting", 403),
        ("retired", 403),
        ("unknown", 403),
        ("twin", 500),
    ] {
        assert_eq!(fixture.status(client_id).await, status, "{client_id}");
    }
}

/// `held` is every connection of the pool.
pub(super) async fn exhausted(mapper: impl UserMapper<User = LegacyUser>, held: impl Sized) {
    let fixture = Fixture::over(mapper).await;
    let token = fixture.token("reporting");
    let started_at = Instant::now();
    assert_eq!(fixture.status_of(&token).await, 503);
    // Pools wait for 30 seconds or for ever, a lookup for one.
    assert!(started_at.elapsed() < Duration::from_secs(28));
    drop(held);
    fixture.eventually_ok(&token).await;
}

pub(super) async fn unreachable(mapper: impl UserMapper<User = LegacyUser>) {
    let fixture = Fixture::over(mapper).await;
    for client_id in ["reporting", "unknown"] {
        assert_eq!(fixture.status(client_id).await, 503, "{client_id}");
    }
}

/// The table is locked, so a statement is under way when its connection breaks: one that is known
/// to the connection, or one that the server is still reading. Then an answer breaks off in the
/// middle. The pool has one connection, through the proxy.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) async fn broken(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl super::servers::Server,
    proxy: &cognito_m2m_tests::Proxy,
) {
    let fixture = Fixture::within(PATIENCE, mapper).await;
    let token = fixture.token("reporting");
    assert_eq!(fixture.status_of(&token).await, 200);
    for (is_killed, is_new) in [(false, false), (true, false), (true, true)] {
        if is_new {
            proxy.cut();
        }
        server.lock().await;
        let started_at = Instant::now();
        let asked = fixture.ask(&token);
        server.until_somebody_waits().await;
        if is_killed {
            server.kill_waiting().await;
        } else {
            proxy.cut();
        }
        assert_eq!(asked.await.expect("an answer").status, 503, "{is_killed}");
        assert!(
            started_at.elapsed() < PATIENCE,
            "{is_killed}: nobody has noticed"
        );
        server.unlock().await;
        assert_eq!(fixture.status_of(&token).await, 200, "{is_killed}");
    }
    proxy.cut_once_within("reporting");
    assert_eq!(fixture.status_of(&token).await, 503);
    assert_eq!(fixture.status_of(&token).await, 200);
}

/// The table is locked until a lookup has timed out. Its answer comes when nobody waits for it, and
/// is not taken for that of a later one. The pool has one connection.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) async fn given_up(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl super::servers::Server,
) {
    let fixture = Fixture::within(Duration::from_secs(3), mapper).await;
    let [known, unknown] = ["reporting", "unknown"].map(|client_id| fixture.token(client_id));
    fixture.eventually_ok(&known).await;
    server.lock().await;
    let asked = fixture.ask(&known);
    server.until_somebody_waits().await;
    assert_eq!(asked.await.expect("an answer").status, 503);
    server.unlock().await;
    fixture.eventually_ok(&known).await;
    for round in 0..10 {
        assert_eq!(fixture.status_of(&unknown).await, 403, "{round}");
        assert_eq!(fixture.status_of(&known).await, 200, "{round}");
    }
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) async fn away_and_back(
    mapper: impl UserMapper<User = LegacyUser>,
    proxy: &cognito_m2m_tests::Proxy,
) {
    let fixture = Fixture::over(mapper).await;
    let token = fixture.token("reporting");
    fixture.eventually_ok(&token).await;
    proxy.refuse();
    for _ in 0..2 {
        assert_eq!(fixture.status_of(&token).await, 503);
    }
    proxy.pass();
    fixture.eventually_ok(&token).await;
}
