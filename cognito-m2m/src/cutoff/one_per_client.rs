use std::collections::BTreeMap;

use super::value::Cutoff;

/// Returns one cut-off per client, sorted by client ID. If a client has several, the latest time
/// applies.
///
/// A client of the default pool has several if both `client_id` and `default:client_id` are stored.
pub(super) fn one_per_client(cutoffs: impl IntoIterator<Item = Cutoff>) -> Vec<Cutoff> {
    let mut by_client: BTreeMap<String, Cutoff> = BTreeMap::new();
    for cutoff in cutoffs {
        let other = by_client.get(cutoff.client_id());
        let is_latest = other.is_none_or(|other| {
            other.tokens_issued_before_secs() < cutoff.tokens_issued_before_secs()
        });
        if is_latest {
            by_client.insert(cutoff.client_id().to_owned(), cutoff);
        }
    }
    by_client.into_values().collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn latest_cutoff_of_a_client_applies() {
        let cutoff = |client_id: &str, secs| {
            let time = UNIX_EPOCH + Duration::from_secs(secs);
            Cutoff::new(client_id, time).expect("the client ID is valid")
        };
        let cutoffs = one_per_client([
            cutoff("b", 5),
            cutoff("tenant-a:b", 1),
            cutoff("default:b", 7),
            cutoff("a", 2),
            cutoff("b", 6),
        ]);
        let found: Vec<_> = cutoffs
            .iter()
            .map(|cutoff| (cutoff.client_id(), cutoff.tokens_issued_before_secs()))
            .collect();
        assert_eq!(found, [("a", 2), ("b", 7), ("tenant-a:b", 1)]);
    }
}
