use super::faults::Faults;

/// Checks that a string is not empty and has neither surrounding whitespace nor control characters,
/// such as a trailing line break from a file.
pub(super) fn check_text(faults: &mut Faults, setting: &str, text: &str) {
    if text.is_empty() {
        faults.add(setting, "is empty: set a value or remove the setting");
    } else if text.trim() != text || text.chars().any(char::is_control) {
        let problem = "expected no surrounding whitespace and no control characters";
        faults.add(setting, format!("{problem}, found {text:?}"));
    }
}
