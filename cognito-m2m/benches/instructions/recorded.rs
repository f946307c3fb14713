//! The file with the recorded counts.

use std::fmt::Write as _;

/// Instructions per operation, and what they depend on besides the code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Names and values, such as `rustc` and its version.
    pub(crate) versions: Vec<(String, String)>,
    /// The names of the cases and their counts.
    pub(crate) cases: Vec<(String, u64)>,
}

const HEAD: &str = "\
# Instructions per operation. `cargo bench -p cognito-m2m --features testing,client --bench instructions`
# compares them with new counts, and with `-- --record` it writes this file.
";

impl Counts {
    /// Parses the text of the file.
    ///
    /// # Errors
    ///
    /// Returns the first line that is neither empty, a comment, a version nor a case.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut counts = Self::default();
        for line in text.lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some((name, value)) = line.split_once(": ") {
                counts.versions.push((name.to_owned(), value.to_owned()));
                continue;
            }
            let case = line
                .split_once(char::is_whitespace)
                .and_then(|(name, count)| {
                    let count = count.trim().parse().ok()?;
                    Some((name.to_owned(), count))
                });
            counts
                .cases
                .push(case.ok_or_else(|| format!("expected `case count`, found {line:?}"))?);
        }
        Ok(counts)
    }

    /// Returns the text of the file.
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("{HEAD}\n");
        for (name, value) in &self.versions {
            let _ = writeln!(text, "{name}: {value}");
        }
        text.push('\n');
        for (name, count) in &self.cases {
            let _ = writeln!(text, "{name:<32}{count:>10}");
        }
        text
    }

    /// Returns the count of a case.
    pub(crate) fn count(&self, case: &str) -> Option<u64> {
        let (_, count) = self.cases.iter().find(|(name, _)| name == case)?;
        Some(*count)
    }
}
