use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use crate::time::ClockReading;

/// How long requests go to the second Region first, after a failure of the first one. Then one request
/// tries the first Region again.
const AVOIDANCE: Duration = Duration::from_secs(30);

/// The endpoints of Cognito's API: one Region, or two for a pool that is replicated.
///
/// A request tries the second Region after a failure of the first one. While the first Region is
/// avoided, it tries the Regions in the reverse order, so that a request does not wait for a Region
/// that is down.
pub(super) struct ApiRegions {
    first: Url,
    second: Option<Second>,
}

struct Second {
    url: Url,
    // Locked for a few instructions before and after a request, never across an await.
    first_is_avoided_until: Mutex<Option<ClockReading>>,
}

/// A Region that a request can try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region<'a> {
    pub(super) url: &'a Url,
    is_first: bool,
}

impl ApiRegions {
    pub(super) fn new(first: Url, second: Option<Url>) -> Self {
        Self {
            first,
            second: second.map(|url| Second {
                url,
                first_is_avoided_until: Mutex::default(),
            }),
        }
    }

    pub(super) fn first_url(&self) -> &Url {
        &self.first
    }

    pub(super) fn second_url(&self) -> Option<&Url> {
        self.second.as_ref().map(|second| &second.url)
    }

    /// Returns the number of requests that one attempt can need.
    pub(super) fn count(&self) -> u32 {
        if self.second.is_some() { 2 } else { 1 }
    }

    /// Returns the Regions in the order in which a request that starts now tries them.
    pub(super) fn in_order(&self, now: ClockReading) -> Vec<Region<'_>> {
        let first = Region {
            url: &self.first,
            is_first: true,
        };
        let Some(second) = &self.second else {
            return vec![first];
        };
        let other = Region {
            url: &second.url,
            is_first: false,
        };
        if second.avoids_first(now) {
            vec![other, first]
        } else {
            vec![first, other]
        }
    }

    /// Records whether a Region failed, apart from refusals and throttling.
    pub(super) fn record(&self, region: Region<'_>, has_failed: bool, now: ClockReading) {
        let Some(second) = self.second.as_ref().filter(|_| region.is_first) else {
            return;
        };
        let mut avoided_until = second.first_is_avoided_until();
        if !has_failed && avoided_until.is_some() {
            tracing::info!("token requests go to the first Region again");
        }
        *avoided_until = has_failed.then(|| now.after(AVOIDANCE));
    }
}

impl Second {
    /// Returns `true` while the first Region is avoided. When that time is over, one request tries
    /// the first Region, and the others avoid it until the result is recorded.
    fn avoids_first(&self, now: ClockReading) -> bool {
        let mut avoided_until = self.first_is_avoided_until();
        match *avoided_until {
            None => false,
            Some(until) if now.has_reached(until) => {
                *avoided_until = Some(now.after(AVOIDANCE));
                false
            }
            Some(_) => true,
        }
    }

    fn first_is_avoided_until(&self) -> MutexGuard<'_, Option<ClockReading>> {
        // Every change is complete in itself, so the state is valid even if the lock is poisoned.
        let state = &self.first_is_avoided_until;
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn regions() -> ApiRegions {
        let url = |text| Url::parse(text).unwrap();
        ApiRegions::new(url("https://a.example"), Some(url("https://b.example")))
    }

    /// Returns whether a request tries the first Region first.
    fn prefers_first(regions: &ApiRegions, now: ClockReading) -> bool {
        regions.in_order(now)[0].is_first
    }

    #[test]
    fn first_region_is_avoided_for_30_seconds_and_then_tried_by_one_request() {
        let regions = regions();
        let start = ClockReading::default();
        assert!(prefers_first(&regions, start));
        regions.record(regions.in_order(start)[0], true, start);
        assert!(!prefers_first(&regions, start.after(SECOND * 29)));

        let later = start.after(SECOND * 30);
        assert!(prefers_first(&regions, later));
        assert!(!prefers_first(&regions, later));
        regions.record(regions.in_order(later)[1], false, later);
        assert!(prefers_first(&regions, later));
    }

    #[test]
    fn failure_of_the_second_region_changes_nothing() {
        let regions = regions();
        let start = ClockReading::default();
        regions.record(regions.in_order(start)[1], true, start);
        assert!(prefers_first(&regions, start));
        regions.record(regions.in_order(start)[0], true, start);
        regions.record(regions.in_order(start)[0], true, start);
        assert!(!prefers_first(&regions, start));
        let suspended = ClockReading {
            wall: start.wall + SECOND * 30,
            ..start
        };
        assert!(prefers_first(&regions, suspended));
    }
}
