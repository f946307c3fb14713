use super::faults::Faults;
use crate::setting_text;

/// Checks that a string is not empty and has neither surrounding whitespace nor control characters,
/// such as a trailing line break from a file.
pub(super) fn check_text(faults: &mut Faults, setting: &str, text: &str) {
    if let Err(problem) = setting_text::check(text) {
        faults.add(setting, problem);
    }
}
