//! The tests of every store. `store` must be empty.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cognito_m2m::cutoff::{Cutoff, CutoffStore};
use futures_util::future::join_all;

/// 2026-11-26 12:00:00 UTC, in seconds after the Unix epoch.
pub(super) const NOON: u64 = 1_795_694_400;

/// Returns a cut-off, with the time in seconds after noon.
pub(super) fn cutoff(client_id: &str, seconds: u64) -> Cutoff {
    Cutoff::new(client_id, at(NOON + seconds))
        .expect("the client ID is valid")
        .because("leaked")
        .with_set_at(at(NOON) + Duration::from_micros(42))
}

pub(super) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(super) async fn read(store: &impl CutoffStore) -> Vec<Cutoff> {
    let read = store.read().await.expect("the cut-offs are read");
    let listed = store.list().await.expect("the cut-offs are listed");
    assert_eq!(read, listed);
    read
}

/// Returns the client IDs with the times in seconds after the Unix epoch.
pub(super) async fn times(store: &impl CutoffStore) -> Vec<(String, u64)> {
    let cutoffs = store.read().await.expect("the cut-offs are read");
    let time = |cutoff: &Cutoff| {
        let time = cutoff.tokens_issued_before().duration_since(UNIX_EPOCH);
        (
            cutoff.client_id().to_owned(),
            time.expect("a time after 1970").as_secs(),
        )
    };
    cutoffs.iter().map(time).collect()
}

async fn set(store: &impl CutoffStore, cutoff: &Cutoff) {
    store.set(cutoff.clone()).await.expect("the cut-off is set");
}

pub(super) async fn cutoffs_are_set_replaced_and_lifted(store: impl CutoffStore + Clone) {
    assert_eq!(read(&store).await, []);
    let first = [
        cutoff("Reporting", 3),
        cutoff("reporting", 1),
        cutoff("tenant-a:reporting", 2),
    ];
    for cutoff in first.iter().rev() {
        set(&store, cutoff).await;
    }
    // Sorted by client ID, with upper case first.
    assert_eq!(read(&store).await, first);

    // A later and an earlier time, another reason and another time of setting.
    for seconds in [9, 0] {
        let replaced = cutoff("default:reporting", seconds)
            .because("")
            .with_set_at(at(NOON + 5));
        set(&store.clone(), &replaced).await;
        let expected = [first[0].clone(), replaced, first[2].clone()];
        assert_eq!(read(&store).await, expected);
    }

    for (client_id, is_lifted) in [
        ("unknown", false),
        ("two words", false),
        ("", false),
        ("tenant-b:reporting", false),
        ("default:Reporting", true),
        ("Reporting", false),
        ("tenant-a:reporting", true),
    ] {
        let lifted = store.lift(client_id).await.expect("the store answers");
        assert_eq!(lifted, is_lifted, "{client_id:?}");
    }
    assert_eq!(times(&store).await, [("reporting".to_owned(), NOON)]);
    assert!(store.lift("reporting").await.expect("the store answers"));
    assert_eq!(read(&store).await, []);
}

pub(super) async fn reasons_and_far_times_are_kept(store: impl CutoffStore) {
    for reason in [
        "the secret has leaked\nsee \"INC-7\" \\ 'x'; DROP TABLE service_client_cutoff; --",
        "\u{1f511} verloren \u{2013} \u{e9}\u{301} \u{202e}",
        "<script>alert(1)</script> % _ $1 ?",
    ] {
        set(&store, &cutoff("reporting", 0).because(reason)).await;
        assert_eq!(read(&store).await[0].reason(), reason);
    }
    for (reason, stored) in [
        ("a\0b".to_owned(), "a\u{fffd}b".to_owned()),
        ("\u{1f511}".repeat(1_001), "\u{1f511}".repeat(1_000)),
    ] {
        set(&store, &cutoff("reporting", 0).because(reason)).await;
        assert_eq!(read(&store).await[0].reason(), stored);
    }
    let end_of_time = at(u64::MAX >> 8);
    for (time, seconds) in [
        (UNIX_EPOCH, 0),
        (at(NOON) + Duration::from_nanos(1), NOON + 1),
        (end_of_time, 253_402_300_799),
    ] {
        let cutoff = Cutoff::new("reporting", time).expect("the client ID is valid");
        set(&store, &cutoff.with_set_at(time)).await;
        assert_eq!(times(&store).await, [("reporting".to_owned(), seconds)]);
    }
}

/// `first` and `second` are stores of the same table or file, as of two processes.
pub(super) async fn concurrent_sets_leave_one_cutoff_per_client(
    first: impl CutoffStore + Clone,
    second: impl CutoffStore + Clone,
) {
    let sets = (0..40_u64).map(|number| {
        let cutoff = cutoff(&format!("client-{}", number % 5), number);
        let (first, second) = (first.clone(), second.clone());
        async move {
            if number % 2 == 0 {
                first.set(cutoff).await
            } else {
                second.set(cutoff).await
            }
        }
    });
    for done in join_all(sets).await {
        done.expect("the cut-off is set");
    }
    for store in [read(&first).await, read(&second).await] {
        let ids: Vec<_> = store.iter().map(Cutoff::client_id).collect();
        assert_eq!(
            ids,
            ["client-0", "client-1", "client-2", "client-3", "client-4"]
        );
    }
}

/// `store` must connect through `proxy`.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) async fn silent_connection_is_replaced(
    store: impl CutoffStore,
    proxy: &cognito_m2m_tests::Proxy,
) {
    use cognito_m2m::cutoff::CutoffError;

    store.read().await.expect("the cut-offs are read");
    proxy.delay(Duration::from_secs(60));
    let error = store.read().await.expect_err("the server is silent");
    assert!(matches!(error, CutoffError::TimedOut), "{error:?}");
    proxy.pass();
    store.read().await.expect("a new connection is opened");
}
