//! Ways to put a handler into a guarded module without its guard, and items that are no handlers.
//!
//! UI tests check that rustc refuses the functions that the macro leaves to the compiler.

use proc_macro2::TokenStream;

use crate::expand::expand;
use crate::kind::Kind;

/// The contents of modules, one in each line, below what happens to them:
///
/// - `guarded`
/// - `refused: text`, with an error that contains the text
/// - `decided by the compiler`, which is asked whether the function returns a handler or a future
/// - `documented: text`, open, and the documentation contains the text
/// - `only for tests`, which no other attribute with the name of a test's can change
/// - `unchanged`, because there is no handler
const WAYS: &str = include_str!("ways.txt");

const DOCUMENTATION: &str = include_str!("../../../cognito-m2m/src/attributes.rs");

#[test]
fn no_handler_of_a_module_stays_open_unnoticed() {
    let mut outcome = "";
    let mut failures = Vec::new();
    for line in WAYS.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("== ") {
            Some(heading) => outcome = heading,
            None => failures.extend(failure(line, outcome)),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Returns a description of the difference from the outcome, if any.
fn failure(content: &str, outcome: &str) -> Option<String> {
    let module: TokenStream = format!("mod handlers {{ {content} }}").parse().unwrap();
    let expanded = expand(Kind::RequireAuthentication, TokenStream::new(), &module).to_string();
    let is_refused = expanded.contains("compile_error");
    let is_guarded = expanded.contains("Guard < __cognito_m2m_");
    let is_asked = expanded.contains("__private :: plain_function");
    let is_expected = match outcome.split_once(": ").unwrap_or((outcome, "")) {
        ("guarded", "") => is_guarded && !is_refused,
        ("refused", message) => is_refused && expanded.contains(message),
        ("decided by the compiler", "") => is_asked && !is_guarded && !is_refused,
        ("documented", text) => !is_refused && documentation().contains(text),
        ("only for tests", "") => expanded.contains("# [cfg (test)]") && !is_refused,
        ("unchanged", "") => !is_guarded && !is_refused,
        _ => panic!("{outcome} is no outcome"),
    };
    (!is_expected).then(|| format!("{content}\n    is not {outcome}, but expands to {expanded}\n"))
}

/// Returns the documentation of the attributes without line breaks.
fn documentation() -> String {
    let lines = DOCUMENTATION.lines();
    let lines = lines.map(|line| line.trim_start_matches("///").trim());
    lines.collect::<Vec<_>>().join(" ")
}
