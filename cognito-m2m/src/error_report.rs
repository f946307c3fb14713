//! `Debug` output of errors that end a program.
//!
//! A `main` function that returns an error prints its `Debug` output, so the `Debug` output of
//! start-up errors is written for the operator.

use std::error::Error;
use std::fmt;

use crate::error_chain::with_sources;

/// Writes the text of an error, and the text of each source on its own line.
pub(crate) fn write(error: &(dyn Error + 'static), f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = error.to_string();
    f.write_str(&text)?;
    for source in with_sources(error).skip(1) {
        let cause = source.to_string();
        // Some errors already contain the text of their source.
        if !text.contains(&cause) {
            write!(f, "\ncaused by: {cause}")?;
            text = cause;
        }
    }
    Ok(())
}

/// Implements `Debug` for an error as its report: its text, and each of its sources on its own
/// line.
macro_rules! debug_as_report {
    ($($error:ty),+ $(,)?) => {$(
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::error_report::write(self, f)
            }
        }
    )+};
}

pub(crate) use debug_as_report;

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(thiserror::Error)]
    enum Failure {
        #[error("the start failed")]
        Start(#[source] Box<dyn Error>),
        #[error("the write failed: {0}")]
        Write(#[from] io::Error),
    }

    debug_as_report!(Failure);

    #[test]
    fn debug_is_the_text_with_the_sources_in_lines() {
        let disk = Failure::Write(io::Error::other("the disk is full"));
        assert_eq!(format!("{disk:?}"), "the write failed: the disk is full");
        let start = Failure::Start(Box::new(disk));
        let report = "the start failed\ncaused by: the write failed: the disk is full";
        assert_eq!(format!("{start:?}"), report);
        assert_eq!(format!("{start:#?}"), report);
    }
}
