//! Test code in a guarded module, which is no part of the program that serves requests.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use crate::function::Function;

/// The names of attributes that make a function a test, in any crate.
const TESTS: [&str; 8] = [
    "bench",
    "property_test",
    "quickcheck",
    "rstest",
    "test",
    "test_case",
    "test_matrix",
    "wasm_bindgen_test",
];

/// The crates of attributes that compile a function only for tests.
const RUNNERS: [&str; 6] = ["actix_rt", "actix_web", "async_std", "core", "std", "tokio"];

/// Returns `true` for an item that is compiled only for tests: with `#[cfg(test)]`.
pub(super) fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.parse_args();
        attribute.path().is_ident("cfg")
            && condition.is_ok_and(|condition| requires_test(&condition))
    })
}

/// Returns `true` for `test` and `all(.., test, ..)`.
fn requires_test(condition: &Meta) -> bool {
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => {
            let conditions = list.parse_args_with(parser);
            conditions.is_ok_and(|conditions| conditions.iter().any(requires_test))
        }
        Meta::List(_) | Meta::NameValue(_) => false,
    }
}

/// Returns `true` for the function of a test.
///
/// A macro can't see which attribute a name stands for. Outside of code that is compiled only for
/// tests, another attribute could have the name, so only the paths of known test runners count there.
pub(super) fn is_test(function: &Function, is_in_test_code: bool) -> bool {
    let is_test_code = is_in_test_code || is_test_only(&function.attrs);
    function.attrs.iter().any(|attribute| {
        let segments = &attribute.path().segments;
        let is_named = |names: &[&str], segment: Option<&syn::PathSegment>| {
            segment.is_some_and(|segment| names.iter().any(|name| segment.ident == name))
        };
        let is_of_runner = is_named(&RUNNERS, segments.first());
        let is_builtin = segments.len() == 1 && function.sig.asyncness.is_none();
        if is_test_code {
            is_named(&TESTS, segments.last())
        } else {
            is_named(&["test", "bench"], segments.last()) && (is_of_runner || is_builtin)
        }
    })
}
