//! The text that says why a client is cut off.

/// The maximum number of characters of a reason that is stored.
pub(crate) const MAX_REASON_CHARS: usize = 1_000;

/// Returns the reason as every store can keep it: shortened to [`MAX_REASON_CHARS`], and without NUL,
/// which PostgreSQL rejects.
///
/// A reason that is too long must not prevent a cut-off.
pub(super) fn storable(reason: &str) -> String {
    let characters = reason.chars().take(MAX_REASON_CHARS);
    characters
        .map(|character| match character {
            '\0' => char::REPLACEMENT_CHARACTER,
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_shortened_and_have_no_nul() {
        assert_eq!(storable("leaked\0\n\u{e9}"), "leaked\u{fffd}\n\u{e9}");
        assert_eq!(storable(&"\u{e9}".repeat(1_001)), "\u{e9}".repeat(1_000));
    }
}
