//! Reading of the file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{env, fs};

use proc_macro2::Span;

use crate::catalogue::{Catalogue, FILE_NAME};
use crate::errors::Errors;

/// The last content that was parsed, and its result.
///
/// The process of an editor expands attributes for hours, so the file is read for each attribute. Parsing
/// takes far longer than reading, and is repeated only for another content.
static LAST: Mutex<Option<(Vec<u8>, Parsed)>> = Mutex::new(None);

type Parsed = Result<Arc<Catalogue>, String>;

/// Returns the catalogue of the package that is being compiled, or `None` without a file.
///
/// A file that can't be used is reported at the macro call.
pub(crate) fn of_package(errors: &mut Errors) -> Option<Arc<Catalogue>> {
    let path = path()?;
    let catalogue = match fs::read(&path) {
        Ok(content) => parsed(content),
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => Err(format!("failed to read {FILE_NAME}: {error}")),
    };
    match catalogue {
        Ok(catalogue) => Some(catalogue),
        Err(message) => {
            errors.report(Span::call_site(), message);
            None
        }
    }
}

/// Returns the path of the file. It is absolute: relative to the current folder, it would be another file
/// for the compiler, which looks beside the source file.
fn path() -> Option<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR")?;
    let path = Path::new(&package).join(FILE_NAME);
    path.is_absolute().then_some(path)
}

fn parsed(content: Vec<u8>) -> Parsed {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((text, parsed)) if *text == content => parsed.clone(),
        _ => {
            let parsed = parse(&content);
            *last = Some((content, parsed.clone()));
            parsed
        }
    }
}

fn parse(content: &[u8]) -> Parsed {
    let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
    let catalogue = match str::from_utf8(content) {
        Ok(text) => Catalogue::parse(text),
        Err(_) => Err(
            "expected UTF-8; in PowerShell, write the file with `Out-File -Encoding utf8`"
                .to_owned(),
        ),
    };
    catalogue
        .map(Arc::new)
        .map_err(|problem| format!("{FILE_NAME}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_content_is_parsed_again() {
        let mistake = |content: &[u8]| parsed(content.to_vec()).unwrap().mistake("a/read");
        assert_eq!(mistake(br#"["a/read"]"#), None);
        assert!(mistake(br#"["a/write"]"#).is_some());
        assert_eq!(mistake(br#"["a/read"]"#), None);
    }

    #[test]
    fn files_in_other_encodings_are_reported_and_a_byte_order_mark_is_accepted() {
        assert!(parse(b"\xEF\xBB\xBF[]").is_ok());
        let utf_16 = b"\xFF\xFE[\0]\0";
        let message = parse(utf_16).unwrap_err();
        assert!(
            message.starts_with("cognito-scopes.json: expected UTF-8"),
            "{message}"
        );
    }
}
