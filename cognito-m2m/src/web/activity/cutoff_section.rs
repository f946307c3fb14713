use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use super::escape::Escaped;
use super::time_element::Time;
use crate::activity::Timestamp;
use crate::cutoff::Cutoff;

/// The maximum number of cut-offs on the page.
const MAX_ROWS: usize = 500;

/// The cut-offs whose client ID contains the search string, including clients that have never been
/// seen.
pub(super) struct CutoffSection {
    /// `None` if the store is unavailable.
    cutoffs: Option<Vec<Cutoff>>,
    search: String,
    now: SystemTime,
}

impl CutoffSection {
    pub(super) fn new(cutoffs: Option<Vec<Cutoff>>, search: &str, now: SystemTime) -> Self {
        Self {
            cutoffs,
            search: search.to_ascii_lowercase(),
            now,
        }
    }

    /// Returns `true` if this client has a cut-off.
    pub(super) fn contains(&self, client_id: &str) -> bool {
        let cutoffs = self.cutoffs.as_deref().unwrap_or_default();
        cutoffs
            .binary_search_by(|cutoff| cutoff.client_id().cmp(client_id))
            .is_ok()
    }

    fn table(&self, cutoffs: &[&Cutoff], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "<table>\n<thead><tr><th scope=\"col\">Client</th><th scope=\"col\">Refused if issued before</th><th scope=\"col\">New tokens</th><th scope=\"col\">Reason</th><th scope=\"col\">Set</th></tr></thead>\n<tbody>\n",
        )?;
        for cutoff in cutoffs.iter().take(MAX_ROWS) {
            let id = Escaped(cutoff.client_id());
            let [time, set_at] = [cutoff.tokens_issued_before(), cutoff.set_at()].map(time_element);
            let reason = Escaped(cutoff.reason());
            let new_tokens = if cutoff.tokens_issued_before() > self.now {
                "refused until then"
            } else {
                "accepted"
            };
            writeln!(
                f,
                "<tr><td data-label=\"Client\">{id}</td><td data-label=\"Refused if issued before\">{time}</td><td data-label=\"New tokens\">{new_tokens}</td><td data-label=\"Reason\" class=\"reason\">{reason}</td><td data-label=\"Set\">{set_at}</td></tr>"
            )?;
        }
        f.write_str("</tbody>\n</table>\n")
    }
}

impl fmt::Display for CutoffSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\n<h2>Cut-offs</h2>\n")?;
        let Some(cutoffs) = &self.cutoffs else {
            return f.write_str(
                "<p class=\"problem\">The cut-offs are temporarily unavailable. The API applies those that it has read last.</p>",
            );
        };
        let is_match = |cutoff: &&Cutoff| {
            let id = cutoff.client_id().to_ascii_lowercase();
            id.contains(&self.search)
        };
        let matches: Vec<_> = cutoffs.iter().filter(is_match).collect();
        if matches.is_empty() {
            return f.write_str("<p class=\"empty\">No cut-offs found.</p>");
        }
        self.table(&matches, f)?;
        match matches.len().saturating_sub(MAX_ROWS) {
            0 => Ok(()),
            more => write!(
                f,
                "<p>{more} more cut-offs are not shown. Search for a part of the client ID.</p>"
            ),
        }
    }
}

fn time_element(time: SystemTime) -> Time {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(Timestamp::from(since_epoch))
}
