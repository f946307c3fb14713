use std::path::PathBuf;
use std::sync::Arc;

use super::faults::Faults;
use super::text::check_text;
use crate::error_chain::chain;
use crate::jwks::{KeyFileError, KeySet, KeySetError, read_key_file};
use crate::settings::pool::PoolSettings;
use crate::settings::table::Settings;

/// The keys of a user pool that are configured instead of fetched.
pub(crate) struct CheckedKeys {
    /// `None` if the keys are a text in the program.
    pub(crate) file: Option<PathBuf>,
    pub(crate) keys: Arc<KeySet>,
}

/// Reads the keys of `jwks_file` or `jwks`. Without fetches, one of them is required.
pub(super) fn check_configured_keys(
    faults: &mut Faults,
    settings: &Settings,
    pool: &PoolSettings,
    path: &str,
) -> Option<CheckedKeys> {
    let limits = settings.fetch_limits();
    match (&pool.jwks_file, &pool.jwks) {
        (Some(_), Some(_)) => {
            let problem = "can't be combined with a text of `jwks(..)`: remove one of them";
            faults.add(format!("{path}jwks_file"), problem);
            None
        }
        (Some(file), None) => {
            let setting = format!("{path}jwks_file");
            check_text(faults, &setting, file);
            let file = PathBuf::from(file);
            match read_key_file(&file, limits, None) {
                Ok(keys) => Some(CheckedKeys {
                    file: Some(file),
                    keys: Arc::new(keys),
                }),
                Err(error) => {
                    faults.add(setting, problem_of_file(&error));
                    None
                }
            }
        }
        (None, Some(text)) => match KeySet::parse(text.as_bytes(), limits.max_keys, None) {
            Ok(keys) => Some(CheckedKeys {
                file: None,
                keys: Arc::new(keys),
            }),
            Err(error) => {
                faults.add(format!("{path}jwks(..)"), problem_of_text(&error));
                None
            }
        },
        (None, None) => {
            if !pool.jwks_fetch.unwrap_or(settings.jwks_fetch) {
                let problem = "requires `jwks_file`, or a text of `jwks(..)`: without fetches, there are no other keys";
                faults.add(format!("{path}jwks_fetch"), problem);
            }
            None
        }
    }
}

fn problem_of_file(error: &KeyFileError) -> String {
    match error {
        KeyFileError::KeySet(error) => problem_of_text(error),
        error => chain(error),
    }
}

/// Returns the problem without the parser's message, which may quote the text.
fn problem_of_text(error: &KeySetError) -> String {
    match error {
        KeySetError::NotAJwkSet(source) => format!(
            "{error}: line {}, column {}",
            source.line(),
            source.column()
        ),
        error => error.to_string(),
    }
}
