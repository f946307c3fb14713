//! Checks of scopes against the catalogue.
//!
//! The value of a constant is unknown when an attribute expands, so the expansion contains a check of it.

use crate::catalogue::Catalogue;
use crate::check::strings::scope_mistake;
use crate::errors::Errors;
use crate::model::{ConstStr, Requirements};

/// Reports each literal that is a valid scope, and not in the catalogue.
pub(super) fn check_catalogue(
    catalogue: &Catalogue,
    requirements: &Requirements,
    errors: &mut Errors,
) {
    for scope in requirements.scopes() {
        let ConstStr::Literal(literal) = scope else {
            continue;
        };
        let scope = literal.value();
        if scope_mistake(&scope).is_none()
            && let Some(mistake) = catalogue.mistake(&scope)
        {
            errors.report(literal.span(), mistake);
        }
    }
}
