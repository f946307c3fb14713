//! Figures that are derived from the counts, with the goal of each.

use crate::recorded::Counts;

/// A figure and its upper limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Figure {
    /// Additional instructions.
    Difference { measured: i64, limit: i64 },
    /// A ratio of two counts.
    Ratio { measured: f64, limit: f64 },
}

/// The limit for costs that must not grow. Longer tokens take a few instructions more to compare.
const FLAT: f64 = 1.1;

const VERIFICATION: &str = "signature_verification";

/// Refusals after a signature check. All others come before one.
const AFTER_VERIFICATION: [&str; 4] = [
    "refused_signature",
    "refused_token_use",
    "refused_expired",
    "refused_not_yet_valid",
];

/// Returns the figures of all cases that were measured, with their names.
pub(crate) fn figures(counts: &Counts) -> Vec<(String, Figure)> {
    let difference = |name: &str, of: &str, limit| {
        let measured = signed(counts.count(of)?) - signed(counts.count("bare")?);
        Some((name.to_owned(), Figure::Difference { measured, limit }))
    };
    let ratio = |name: &str, of: &str, to: &str, limit| {
        let measured = counts.count(of)? as f64 / counts.count(to)? as f64;
        Some((name.to_owned(), Figure::Ratio { measured, limit }))
    };
    let mut figures = vec![
        difference("guarded - bare", "guarded", 1_300),
        difference(
            "guarded_with_activity - bare",
            "guarded_with_activity",
            1_400,
        ),
        ratio(
            "second_sight / hash_map_lookup",
            "second_sight",
            "hash_map_lookup",
            1.5,
        ),
        ratio(
            "first_sight / signature_verification",
            "first_sight",
            VERIFICATION,
            1.1,
        ),
        ratio(
            "guarded_10_000_clients / guarded",
            "guarded_10_000_clients",
            "guarded",
            FLAT,
        ),
        ratio(
            "guarded_50_scopes / guarded",
            "guarded_50_scopes",
            "guarded",
            FLAT,
        ),
    ];
    let names = counts.cases.iter().map(|(name, _)| name.as_str());
    for refusal in names.filter(|name| name.starts_with("refused_")) {
        let (reference, limit) = if AFTER_VERIFICATION.contains(&refusal) {
            ("guarded_first_sight", 1.0)
        } else {
            (VERIFICATION, 0.2)
        };
        let name = format!("{refusal} / {reference}");
        figures.push(ratio(&name, refusal, reference, limit));
    }
    figures.into_iter().flatten().collect()
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
