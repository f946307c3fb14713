use std::time::Duration;

/// A token may be dropped this long after the one before; each time in a row doubles it.
const MIN_PAUSE: Duration = Duration::from_secs(10);
const MAX_PAUSE: Duration = Duration::from_secs(300);

/// How often tokens may be dropped because an API refused them: one that refuses every token costs
/// a request each time.
#[derive(Default)]
pub(super) struct Invalidations {
    last: Option<Invalidation>,
}

struct Invalidation {
    at: Duration,
    pause: Duration,
}

impl Invalidations {
    pub(super) fn allow(&mut self, now: Duration) -> bool {
        let pause = match &self.last {
            None => MIN_PAUSE,
            Some(last) => {
                let since = now.saturating_sub(last.at);
                if since < last.pause {
                    return false;
                }
                if since > MAX_PAUSE.saturating_mul(2) {
                    MIN_PAUSE
                } else {
                    last.pause.saturating_mul(2).min(MAX_PAUSE)
                }
            }
        };
        self.last = Some(Invalidation { at: now, pause });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn invalidations_in_a_row_come_ever_more_slowly() {
        let mut invalidations = Invalidations::default();
        let mut granted = Vec::new();
        for second in 0..1_000_u32 {
            if invalidations.allow(SECOND * second) {
                granted.push(second);
            }
        }
        assert_eq!(granted, [0, 10, 30, 70, 150, 310, 610, 910]);
        assert!(invalidations.allow(SECOND * 2_000));
        assert!(invalidations.allow(SECOND * 2_010));
    }
}
