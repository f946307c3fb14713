//! Lookups that take longer than their request, and connections that are silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use actix_web::rt::Runtime;
use actix_web::rt::time::{sleep, timeout};
use cognito_m2m::users::UserMapper;
use cognito_m2m_tests::{Proxy, eventually};
use futures_util::future::{Either, join_all, select};
use futures_util::poll;

use super::exactness::principal;
use super::legacy::{LegacyApi, LegacyUser};
use super::servers::DatabaseServer;

/// The size of the pools in which lookups are limited.
pub(super) const POOL_SIZE: usize = 5;

/// A `mapping_timeout` that no ordinary lookup reaches, much shorter than a slow lookup.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(3);

/// The time in which a lookup succeeds if nothing blocks it, much shorter than the lookup of `stuck`.
const PROMPT: Duration = Duration::from_secs(50);

/// The tests of slow lookups, for the connection pools of one server, which are tested concurrently.
///
/// Of a pool of 5 connections, lookups may occupy `$most`, and lookups of one client `$of_one`. `$get`
/// takes a connection out of a pool.
#[macro_export]
macro_rules! every_slow_lookup {
    ($server:ty, $($(#[$cfg:meta])? $pool:ident(most: $most:expr, of_one: $of_one:expr, |$source:ident| $get:expr),)+) => {
        #[actix_web::test]
        async fn one_slow_lookup_delays_no_other_client() {
            let _turn = $crate::turn::turn_of_a_test_with_many_connections().await;
            let mut cases: Vec<cognito_m2m::BoxFuture<'_, ()>> = Vec::new();
            $($(#[$cfg])? cases.push(Box::pin(async {
                let name = concat!("m2m_users_slow_", stringify!($pool));
                let server = <$server>::with_slow_users(name).await;
                let pool = $pool(&server.url(<$server>::address()), 5).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active);
                slow_lookups::delay_no_other_client(mapper, server, ("slow", 1), 1).await;
            }));)+
            join_all(cases).await;
        }

        #[actix_web::test]
        async fn slow_lookups_of_one_client_leave_a_connection_for_the_others() {
            let _turn = $crate::turn::turn_of_a_test_with_many_connections().await;
            let mut cases: Vec<cognito_m2m::BoxFuture<'_, ()>> = Vec::new();
            $($(#[$cfg])? cases.push(Box::pin(async {
                let name = concat!("m2m_users_repeated_", stringify!($pool));
                let server = <$server>::with_slow_users(name).await;
                let pool = $pool(&server.url(<$server>::address()), 5).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active);
                slow_lookups::delay_no_other_client(mapper, server, ("slow-5", 8), $of_one).await;
            }));)+
            join_all(cases).await;
        }

        #[actix_web::test]
        async fn slow_lookups_of_all_clients_occupy_at_most_the_permitted_connections() {
            let _turn = $crate::turn::turn_of_a_test_with_many_connections().await;
            let mut cases: Vec<cognito_m2m::BoxFuture<'_, ()>> = Vec::new();
            $($(#[$cfg])? cases.push(Box::pin(async {
                let name = concat!("m2m_users_all_slow_", stringify!($pool));
                let server = <$server>::with_slow_users(name).await;
                let pool = $pool(&server.url(<$server>::address()), 5).await;
                let $source = pool.clone();
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active);
                slow_lookups::occupy_at_most(mapper, server, $most, async || {
                    // The last connection, if there is one.
                    $most == slow_lookups::POOL_SIZE || ($get).is_ok()
                })
                .await;
            }));)+
            join_all(cases).await;
        }

        #[actix_web::test]
        async fn request_that_is_cancelled_while_it_waits_starts_no_query() {
            let _turn = $crate::turn::turn_of_a_test_with_many_connections().await;
            let mut cases: Vec<cognito_m2m::BoxFuture<'_, ()>> = Vec::new();
            $($(#[$cfg])? cases.push(Box::pin(async {
                let name = concat!("m2m_users_cancelled_", stringify!($pool));
                let server = <$server>::with_slow_users(name).await;
                let pool = $pool(&server.url(<$server>::address()), 1).await;
                let $source = pool.clone();
                let held = ($get).expect("the only connection is free");
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, claim "legacy" => legacy_users::username, active = legacy_users::is_active);
                slow_lookups::cancelled_waiter_starts_no_query(mapper, server, held).await;
            }));)+
            join_all(cases).await;
        }

        #[actix_web::test]
        async fn request_that_is_cancelled_during_its_query_leaves_nothing_behind() {
            let _turn = $crate::turn::turn_of_a_test_with_many_connections().await;
            let mut cases: Vec<cognito_m2m::BoxFuture<'_, ()>> = Vec::new();
            $($(#[$cfg])? cases.push(Box::pin(async {
                let name = concat!("m2m_users_left_", stringify!($pool));
                let server = <$server>::with_slow_users(name).await;
                let pool = $pool(&server.url(<$server>::address()), 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, claim "legacy" => legacy_users::username, active = legacy_users::is_active);
                slow_lookups::cancelled_request_leaves_nothing_behind(mapper, server).await;
            }));)+
            join_all(cases).await;
        }
    };
}

/// The tests of connections that are closed, for the async connection pools of one server, which are
/// tested concurrently. `$untested` creates a pool that lends connections without a test.
#[macro_export]
macro_rules! every_closed_connection {
    ($server:ty, $($pool:ident(untested: $untested:path),)+) => {
        #[actix_web::test]
        async fn rule_4_2_silent_connections_fail_once_each() {
            let _turn = $crate::turn::turn_of_a_test_with_many_connections().await;
            join!($(async {
                let name = concat!("m2m_users_silent_", stringify!($pool));
                let server = <$server>::with_slow_users(name).await;
                let proxy = cognito_m2m_tests::Proxy::start(<$server>::address());
                let pool = $pool(&server.url(proxy.address()), 2).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active);
                slow_lookups::silent_connections_fail_once_each(mapper, &proxy, 2).await;
            }),+);
        }

        #[actix_web::test]
        async fn rule_4_2_silent_connection_of_an_untested_pool_is_closed() {
            let _turn = $crate::turn::turn_of_a_test_with_many_connections().await;
            join!($(async {
                let name = concat!("m2m_users_untested_", stringify!($pool));
                let server = <$server>::with_slow_users(name).await;
                let proxy = cognito_m2m_tests::Proxy::start(<$server>::address());
                let pool = $untested(&server.url(proxy.address()), 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active);
                slow_lookups::silent_connection_is_closed(mapper, &proxy).await;
            }),+);
        }

        #[actix_web::test]
        async fn connection_of_a_query_that_long_outlasts_its_request_is_closed() {
            let _turn = $crate::turn::turn_of_a_test_with_many_connections().await;
            join!($(async {
                let name = concat!("m2m_users_stuck_", stringify!($pool));
                let server = <$server>::with_slow_users(name).await;
                let pool = $pool(&server.url(<$server>::address()), 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, client_id => legacy_users::username, active = legacy_users::is_active);
                slow_lookups::stuck_connection_is_closed(mapper, server).await;
            }),+);
        }

        #[actix_web::test]
        async fn connection_of_a_query_whose_worker_ends_is_closed() {
            let _turn = $crate::turn::turn_of_a_test_with_many_connections().await;
            join!($(async {
                let name = concat!("m2m_users_worker_", stringify!($pool));
                let server = <$server>::with_slow_users(name).await;
                let pool = $pool(&server.url(<$server>::address()), 1).await;
                let mapper = cognito_m2m::user_mapper!(pool, LegacyUser, claim "legacy" => legacy_users::username, active = legacy_users::is_active);
                slow_lookups::ended_worker_closes_its_connection(mapper, server).await;
            }),+);
        }
    };
}

/// Sends slow requests of one client, and requests of other clients for as long as one of the queries is
/// running. `expected` of the queries run at the same time.
pub(super) async fn delay_no_other_client(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl DatabaseServer,
    (slow_client, slow_requests): (&str, usize),
    expected: i64,
) {
    let api = LegacyApi::with_lookup_timeout(LOOKUP_TIMEOUT, mapper).await;
    let [slow, reporting, ordering] =
        [slow_client, "reporting", "ordering"].map(|client_id| api.token(client_id));
    api.wait_until_available(&reporting).await;
    let slow: Vec<_> = (0..slow_requests)
        .map(|_| api.spawn_request(&slow))
        .collect();
    server.wait_for_running_statements(expected).await;
    let mut answers = 0;
    while server.running_statements().await > 0 {
        let others = [&reporting, &ordering, &reporting].map(|token| api.spawn_request(token));
        for answer in join_all(others).await {
            let status = answer.expect("the task completes").status;
            assert_eq!(status, 200, "after {answers} answers");
            answers += 1;
        }
    }
    for answer in join_all(slow).await {
        assert_eq!(answer.expect("the task completes").status, 503);
    }
    assert!(answers > 0);
}

/// Sends a slow request of each of six clients. `last_is_free` gets a connection out of the pool.
pub(super) async fn occupy_at_most(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl DatabaseServer,
    most: usize,
    mut last_is_free: impl AsyncFnMut() -> bool,
) {
    let api = LegacyApi::with_lookup_timeout(LOOKUP_TIMEOUT, mapper).await;
    let reporting = api.token("reporting");
    api.wait_until_available(&reporting).await;
    let most = i64::try_from(most).expect("a small number");
    let slow = ["slow-4", "slow-5", "slow-6", "slow-7", "slow-8", "slow-9"]
        .map(|client_id| api.spawn_request(&api.token(client_id)));
    server.wait_for_running_statements(most).await;
    for answer in join_all(slow).await {
        assert_eq!(answer.expect("the task completes").status, 503);
    }
    assert!(server.running_statements().await <= most);
    assert!(last_is_free().await);
    api.wait_until_available(&reporting).await;
}

/// Cancels lookups that wait for the only connection, which is `held`.
pub(super) async fn cancelled_waiter_starts_no_query(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl DatabaseServer,
    held: impl Sized,
) {
    let stuck = principal(&"stuck".into());
    let mut waiters: Vec<_> = (0..20).map(|_| mapper.find(&stuck)).collect();
    for waiter in &mut waiters {
        assert!(poll!(waiter).is_pending());
    }
    // The thread of a lookup with `r2d2` waits for the connection by then.
    sleep(Duration::from_millis(20)).await;
    drop(waiters);
    drop(held);
    find_reporting(&mapper).await;
    // The server may still be ending the statement of that lookup. One of `stuck` would run for longer than this
    // waits.
    server.wait_for_running_statements(0).await;
}

/// Cancels a lookup while its query is running on the only connection, and lookups that wait for it.
pub(super) async fn cancelled_request_leaves_nothing_behind(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl DatabaseServer,
) {
    let [slow, stuck] = ["slow-5", "stuck"].map(|name| principal(&name.into()));
    let mut lookup = mapper.find(&slow);
    let running = Box::pin(server.wait_for_running_statements(1));
    assert!(matches!(
        select(&mut lookup, running).await,
        Either::Right(_)
    ));
    let mut waiters: Vec<_> = (0..20).map(|_| mapper.find(&stuck)).collect();
    for waiter in &mut waiters {
        assert!(poll!(waiter).is_pending());
    }
    drop((lookup, waiters));
    find_reporting(&mapper).await;
    // The server may still be ending the statement of that lookup. One of `stuck` would run for longer than this
    // waits.
    server.wait_for_running_statements(0).await;
}

/// Makes all connections of a pool silent.
pub(super) async fn silent_connections_fail_once_each(
    mapper: impl UserMapper<User = LegacyUser>,
    proxy: &Proxy,
    connections: usize,
) {
    let api = LegacyApi::with_lookup_timeout(LOOKUP_TIMEOUT, mapper).await;
    let token = api.token("reporting");
    for _ in 0..5 {
        let requests = (0..20).map(|_| api.spawn_request(&token));
        for answer in join_all(requests).await {
            assert_eq!(answer.expect("the task completes").status, 200);
        }
    }
    proxy.silence();
    let (mut failures, mut successes) = (0, 0);
    while successes < 30 {
        match api.status_with(&token).await {
            200 => successes += 1,
            status => {
                assert_eq!(status, 503);
                failures += 1;
            }
        }
        assert!(
            failures <= connections,
            "a silent connection failed more than once"
        );
    }
    assert!(failures > 0);
}

/// Makes the only connection of a pool silent.
pub(super) async fn silent_connection_is_closed(
    mapper: impl UserMapper<User = LegacyUser>,
    proxy: &Proxy,
) {
    let api = LegacyApi::start(mapper).await;
    let token = api.token("reporting");
    api.wait_until_available(&token).await;
    proxy.silence();
    assert_eq!(api.status_with(&token).await, 503);
    api.wait_until_available(&token).await;
}

/// Runs a query of two minutes on the only connection of a pool.
pub(super) async fn stuck_connection_is_closed(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl DatabaseServer,
) {
    let api = LegacyApi::start(mapper).await;
    let [stuck, reporting] = ["stuck", "reporting"].map(|client_id| api.token(client_id));
    api.wait_until_available(&reporting).await;
    assert_eq!(api.status_with(&stuck).await, 503);
    api.wait_until_available(&reporting).await;
    server.kill_running_connections().await;
}

/// Ends the runtime of a thread while its query of two minutes is running on the only connection.
pub(super) async fn ended_worker_closes_its_connection(
    mapper: impl UserMapper<User = LegacyUser>,
    mut server: impl DatabaseServer,
) {
    let mapper = Arc::new(mapper);
    // Opens the connection on this thread.
    find_reporting(&*mapper).await;
    let ends = Arc::new(AtomicBool::new(false));
    let (mapper_of_worker, ends_worker) = (Arc::clone(&mapper), Arc::clone(&ends));
    let worker = thread::spawn(move || {
        let stuck = principal(&"stuck".into());
        let runtime = Runtime::new().expect("a runtime");
        let lookup = mapper_of_worker.find(&stuck);
        runtime.block_on(async {
            let ended = eventually("the worker ends", || ends_worker.load(Ordering::SeqCst));
            let ended = Box::pin(ended);
            assert!(matches!(select(lookup, ended).await, Either::Right(_)));
        });
    });
    server.wait_for_running_statements(1).await;
    ends.store(true, Ordering::SeqCst);
    worker.join().expect("the worker ends");
    find_reporting(&*mapper).await;
    server.kill_running_connections().await;
}

async fn find_reporting(mapper: &impl UserMapper<User = LegacyUser>) {
    let reporting = principal(&"reporting".into());
    let found = timeout(PROMPT, mapper.find(&reporting)).await;
    let found = found.expect("nothing blocks the lookup");
    assert!(matches!(found, Ok(Some(_))), "the user is found");
}
