//! The comparison of new counts with the recorded ones.

use crate::recorded::Counts;

/// The change of a count in percent that is not reported.
pub(crate) const TOLERANCE: f64 = 3.0;

/// Returns the change of a count in percent.
pub(crate) fn change(recorded: u64, measured: u64) -> f64 {
    let (recorded, measured) = (recorded as f64, measured as f64);
    100.0 * (measured - recorded) / recorded
}

/// Returns a description of the versions that differ, or `None` if the counts can be compared.
pub(crate) fn other_versions(recorded: &Counts, measured: &Counts) -> Option<String> {
    let value = |counts: &Counts, name: &str| {
        let mut versions = counts.versions.iter();
        let found = versions.find(|(other, _)| other == name);
        found.map_or_else(|| "unknown".to_owned(), |(_, value)| value.clone())
    };
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in recorded.versions.iter().chain(&measured.versions) {
        if !names.contains(&name.as_str()) && value(recorded, name) != value(measured, name) {
            names.push(name);
        }
    }
    let list = |counts| {
        let named = names
            .iter()
            .map(|name| format!("{name} {}", value(counts, name)));
        named.collect::<Vec<_>>().join(", ")
    };
    let is_other = !names.is_empty();
    is_other.then(|| format!("recorded with {}, found {}", list(recorded), list(measured)))
}

/// The findings of a comparison, as lines to print.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Reasons to fail.
    pub(crate) failures: Vec<String>,
    /// Counts that have shrunk, and should be recorded.
    pub(crate) hints: Vec<String>,
}

/// Compares counts that were measured with the recorded versions. `is_complete` is `true` if all cases
/// were measured.
pub(crate) fn compare(recorded: &Counts, measured: &Counts, is_complete: bool) -> Findings {
    let mut findings = Findings::default();
    for (case, count) in &measured.cases {
        let Some(before) = recorded.count(case) else {
            let failure = format!("{case}: {count} instructions, not recorded");
            findings.failures.push(failure);
            continue;
        };
        let change = change(before, *count);
        let line =
            format!("{case}: {before} instructions recorded, {count} found ({change:+.1} %)");
        if change > TOLERANCE {
            findings.failures.push(line);
        } else if change < -TOLERANCE {
            findings.hints.push(line);
        }
    }
    let is_missing = |case: &&(String, u64)| measured.count(&case.0).is_none();
    for (case, _) in recorded.cases.iter().filter(is_missing) {
        if is_complete {
            let failure = format!("{case}: recorded, but no longer measured");
            findings.failures.push(failure);
        }
    }
    findings
}
