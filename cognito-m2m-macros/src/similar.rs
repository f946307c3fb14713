//! Suggestions for misspelled names.

/// The most edits between a misspelled name and a suggestion.
const MAX_EDITS: usize = 2;

/// A name with fewer characters has no suggestion, because it is close to too many others.
const MIN_LENGTH: usize = 2;

/// In names with fewer characters, two edits would change too much.
const MIN_LENGTH_FOR_TWO_EDITS: usize = 4;

/// Returns the candidate that is closest to a misspelled name, or `None` if none is close.
///
/// Of equally close candidates, the first wins. Upper and lower case count as equal.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let limit = match name.chars().count() {
        length if length < MIN_LENGTH => return None,
        length if length < MIN_LENGTH_FOR_TWO_EDITS => 1,
        _ => MAX_EDITS,
    };
    nearest_within(limit, name, candidates)
}

/// Returns the candidate that is closest to a name, among those with at most `limit` edits.
pub(crate) fn nearest_within<'c>(
    limit: usize,
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let measured = candidates
        .into_iter()
        .map(|candidate| (edits(name, candidate), candidate));
    let close = measured.filter(|(edits, _)| *edits <= limit);
    close.min_by_key(|(edits, _)| *edits).map(|(_, name)| name)
}

/// Returns the number of insertions, deletions, replacements and swaps of neighbors between two names
/// (the optimal string alignment distance).
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().map(|c| c.to_ascii_lowercase()).collect();
    // The rows of the distance table for the characters before the last, and up to the last.
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous_left = None;
    for (row, left) in left.chars().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut current = vec![row.saturating_add(1)];
        let mut previous_right = None;
        for (column, &right) in right.iter().enumerate() {
            let cell =
                |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
            let inserted = cell(&current, column).saturating_add(1);
            let deleted = cell(&last, column.saturating_add(1)).saturating_add(1);
            let replaced = cell(&last, column).saturating_add(usize::from(left != right));
            let is_swap = previous_left == Some(right) && previous_right == Some(left);
            let swapped = match column.checked_sub(1) {
                Some(column) if is_swap => cell(&before_last, column).saturating_add(1),
                _ => usize::MAX,
            };
            current.push(inserted.min(deleted).min(replaced).min(swapped));
            previous_right = Some(right);
        }
        before_last = std::mem::replace(&mut last, current);
        previous_left = Some(left);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_edit_counts_once() {
        for (left, right, expected) in [
            ("match", "match", 0),
            ("Match", "match", 0),
            ("mach", "match", 1),
            ("mattch", "match", 1),
            ("motch", "match", 1),
            ("macth", "match", 1),
            ("gruop", "group", 1),
            ("DELTE", "DELETE", 1),
            ("eorr", "error", 2),
            ("amtch", "match", 1),
            ("", "any", 3),
            ("any", "", 3),
            ("ca", "abc", 3),
            ("ärger", "arger", 1),
        ] {
            assert_eq!(edits(left, right), expected, "{left} {right}");
            assert_eq!(edits(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn the_closest_candidate_wins_and_then_the_first() {
        assert_eq!(nearest("lisst", ["last", "list"]), Some("list"));
        assert_eq!(nearest("lust", ["last", "list"]), Some("last"));
        assert_eq!(nearest("lust", ["list", "last"]), Some("list"));
        assert_eq!(nearest("lust", []), None);
    }

    #[test]
    fn distant_and_short_names_have_no_suggestion() {
        let names = ["match", "error", "crate", "group", "any", "all"];
        for name in ["mode", "a", "", "one", "scope", "reason", "x1"] {
            assert_eq!(nearest(name, names), None, "{name}");
        }
        assert_eq!(nearest("al", names), Some("all"));
        assert_eq!(nearest("anny", names), Some("any"));
    }
}
