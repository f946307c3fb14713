use std::collections::HashMap;
use std::time::Duration;

use super::value::Cutoff;

/// All cut-offs at one moment, by pool and client ID.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CutoffList {
    pools: HashMap<Box<str>, HashMap<Box<str>, u64>>,
    len: usize,
}

/// The effect of the cut-offs on one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No cut-off applies.
    Accepted,
    /// The token was issued before the cut-off. A new token is accepted.
    IssuedTooEarly,
    /// The cut-off is in the future, so every token of the client is refused until then.
    ShutOut,
}

impl CutoffList {
    /// Creates the list. If a client has several cut-offs, the latest one applies.
    pub(crate) fn new(cutoffs: &[Cutoff]) -> Self {
        let mut list = Self::default();
        for cutoff in cutoffs {
            let id = cutoff.qualified_client_id();
            let clients = list.pools.entry(id.pool().into()).or_default();
            let time = clients.entry(id.client_id().into()).or_default();
            *time = (*time).max(cutoff.tokens_issued_before_secs());
        }
        list.len = list.pools.values().map(HashMap::len).sum();
        list
    }

    /// Returns the number of clients with a cut-off.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the names of the pools whose clients are cut off.
    pub(crate) fn pools(&self) -> impl Iterator<Item = &str> {
        self.pools.keys().map(AsRef::as_ref)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Evaluates the cut-offs for a token, with its `iat` claim in whole seconds, rounded down. A token
    /// without the claim counts as issued before every cut-off.
    ///
    /// `now` is the time since the Unix epoch.
    pub(crate) fn evaluate(
        &self,
        pool: &str,
        client_id: &str,
        issued_at: Option<u64>,
        now: Duration,
    ) -> Verdict {
        let clients = self.pools.get(pool);
        let Some(&cutoff) = clients.and_then(|clients| clients.get(client_id)) else {
            return Verdict::Accepted;
        };
        if Duration::from_secs(cutoff) > now {
            Verdict::ShutOut
        } else if issued_at.is_none_or(|issued_at| issued_at < cutoff) {
            Verdict::IssuedTooEarly
        } else {
            Verdict::Accepted
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn cutoff(client_id: &str, secs: u64) -> Cutoff {
        let time = UNIX_EPOCH + Duration::from_secs(secs);
        Cutoff::new(client_id, time).expect("the client ID is valid")
    }

    #[test]
    fn tokens_issued_before_the_cutoff_are_refused_and_later_ones_accepted() {
        let list = CutoffList::new(&[cutoff("reporting", 1_000)]);
        let evaluate = |issued_at, now| {
            let now = Duration::from_secs(now);
            list.evaluate("default", "reporting", issued_at, now)
        };
        assert_eq!(evaluate(Some(999), 1_000), Verdict::IssuedTooEarly);
        assert_eq!(evaluate(Some(1_000), 1_000), Verdict::Accepted);
        assert_eq!(evaluate(Some(1_001), 5_000), Verdict::Accepted);
        assert_eq!(evaluate(Some(0), u64::MAX), Verdict::IssuedTooEarly);
        assert_eq!(evaluate(None, 1_000), Verdict::IssuedTooEarly);
        // While the cut-off is in the future, the time of issue does not matter: a clock may be ahead.
        for issued_at in [None, Some(0), Some(999), Some(1_000), Some(1_001)] {
            assert_eq!(evaluate(issued_at, 999), Verdict::ShutOut);
        }
        let almost = Duration::from_millis(999_999);
        let verdict = list.evaluate("default", "reporting", Some(1_000), almost);
        assert_eq!(verdict, Verdict::ShutOut);
    }

    #[test]
    fn cutoff_applies_to_one_client_of_one_pool() {
        let list = CutoffList::new(&[
            cutoff("reporting", 1_000),
            cutoff("tenant:sync", 2_000),
            cutoff("tenant:sync", 1_500),
            cutoff("default:billing", 3_000),
        ]);
        assert_eq!(list.len(), 3);
        let now = Duration::from_secs(10_000);
        for (pool, client_id, issued_at, expected) in [
            ("default", "reporting", 999, Verdict::IssuedTooEarly),
            ("tenant", "reporting", 999, Verdict::Accepted),
            ("default", "Reporting", 999, Verdict::Accepted),
            ("default", "reporting ", 999, Verdict::Accepted),
            ("default", "sync", 999, Verdict::Accepted),
            ("tenant", "sync", 1_999, Verdict::IssuedTooEarly),
            ("tenant", "sync", 2_000, Verdict::Accepted),
            ("default", "billing", 2_999, Verdict::IssuedTooEarly),
            ("default", "tenant:sync", 999, Verdict::Accepted),
        ] {
            let verdict = list.evaluate(pool, client_id, Some(issued_at), now);
            assert_eq!(verdict, expected, "{pool}:{client_id}");
        }
        let none = CutoffList::new(&[]);
        let verdict = none.evaluate("default", "reporting", None, now);
        assert_eq!(verdict, Verdict::Accepted);
    }
}
