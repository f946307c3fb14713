//! Imports point down the list of layers, and files do not import each other in circles.

mod imports;

use std::collections::BTreeSet;

use cognito_m2m_tests::sources;
use imports::Imports;

/// The layers of the runtime crate, from top to bottom. A file may use files of its own layer and of
/// lower ones. An entry is the path of a file or folder below `cognito-m2m/src`. If several entries
/// match a path, the longest one applies.
const LAYERS: [&[&str]; 17] = [
    &["lib.rs", "guide/"],
    &["inventory/mod.rs", "web/inventory/"],
    &["testing/"],
    &["web/mod.rs"],
    &["web/openapi/"],
    &[
        "web/middleware/",
        "web/extract/",
        "web/activity/",
        "web/cutoffs/",
    ],
    &["web/request/", "web/builder/"],
    &["web/cognito_auth/"],
    &["web/responder.rs"],
    // The `mod.rs` files re-export the stores of the back ends.
    &[
        "users/mod.rs",
        "users/diesel/",
        "activity/mod.rs",
        "activity/diesel/",
        "cutoff/mod.rs",
        "cutoff/diesel/",
    ],
    &["error.rs", "settings/", "users/", "activity/", "cutoff/"],
    &["validator/"],
    &["principal.rs", "principal/"],
    &["inventory/"],
    &["policy/"],
    &["token/", "jwks/"],
    &["client/"],
];

/// The lowest layer: values that are parsed once, and code that is independent of the other layers.
const LOWEST: &[&str] = &[
    "attributes/",
    "attributes.rs",
    "authorization_flag.rs",
    "time.rs",
    "scope.rs",
    "scope_definition.rs",
    "scope_match.rs",
    "scopes.rs",
    "client_id.rs",
    "issuer_type.rs",
    "pool.rs",
    "public.rs",
    "qualified_client_id.rs",
    "regular_file.rs",
    "database/",
    "environment.rs",
    "error_chain.rs",
    "error_report.rs",
    "setting_fault.rs",
    "setting_source.rs",
    "setting_text.rs",
    "http.rs",
    "json.rs",
    "backoff.rs",
    "base64url.rs",
    "box_future.rs",
    "loopback.rs",
    "two_generation_cache.rs",
    "unguarded_routes.rs",
    "runtime/",
];

/// The allowed circles of files. A method of a trait or type returns its adapter or builder there, as
/// in `std::iter`.
const CIRCLES: [[&str; 2]; 2] = [
    ["testing/builder.rs", "testing/cognito.rs"],
    ["users/cached.rs", "users/interface.rs"],
];

#[test]
fn imports_point_down_the_layers() {
    let imports = Imports::read("cognito-m2m/src");
    let upward: Vec<_> = imports
        .iter()
        .filter(|(user, used, _)| layer_of(used) < layer_of(user))
        .map(|(user, used, names)| format!("{user} uses {names:?} of {used}"))
        .collect();
    assert!(
        upward.is_empty(),
        "{} imports point up:\n{}",
        upward.len(),
        upward.join("\n")
    );
}

#[test]
fn layers_and_files_match() {
    let files = sources("cognito-m2m/src");
    for file in &files {
        // Panics for a file that is in no layer.
        layer_of(&file.path);
    }
    for entry in LAYERS.iter().chain([&LOWEST]).copied().flatten() {
        assert!(
            files.iter().any(|file| includes(entry, &file.path)),
            "{entry} does not exist"
        );
    }
}

/// The token client is for services that call an API. The code that protects an API does not use it.
#[test]
fn no_other_module_uses_the_token_client() {
    let imports = Imports::read("cognito-m2m/src");
    let users: Vec<_> = imports
        .iter()
        .filter(|(user, used, _)| used.starts_with("client/") && !user.starts_with("client/"))
        .map(|(user, ..)| user)
        .collect();
    assert_eq!(users, [""; 0]);
}

#[test]
fn files_do_not_import_each_other_in_circles() {
    let allowed: BTreeSet<BTreeSet<_>> = CIRCLES.map(BTreeSet::from).into();
    for (folder, allowed) in [
        ("cognito-m2m/src", allowed),
        ("cognito-m2m-macros/src", BTreeSet::new()),
    ] {
        let imports = Imports::read(folder);
        let found: BTreeSet<_> = imports.circles().into_iter().collect();
        assert_eq!(found, allowed, "{folder}");
    }
}

/// Reads a sample crate in which every kind of import points up.
#[test]
fn every_kind_of_import_is_read() {
    let imports = Imports::read("tests/layers/sample");
    let found: Vec<_> = imports
        .iter()
        .map(|(user, used, names)| (user, used, names.iter().map(String::as_str).collect()))
        .collect();
    let expected: Vec<(&str, &str, Vec<&str>)> = vec![
        ("lower/call.rs", "upper/hidden.rs", vec!["new"]),
        ("lower/import.rs", "upper/hidden.rs", vec!["Hidden"]),
        ("lower/macro_call.rs", "upper/hidden.rs", vec!["Hidden"]),
        ("lower/renamed.rs", "upper/hidden.rs", vec!["new"]),
        ("lower/renamed.rs", "upper/mod.rs", vec!["upper"]),
        ("upper/mod.rs", "upper/hidden.rs", vec!["Hidden"]),
    ];
    assert_eq!(found, expected);
}

fn layer_of(path: &str) -> usize {
    let layers = LAYERS.iter().chain([&LOWEST]).enumerate();
    layers
        .flat_map(|(number, entries)| entries.iter().map(move |entry| (entry, number)))
        .filter(|(entry, _)| includes(entry, path))
        .max_by_key(|(entry, _)| entry.len())
        .map_or_else(
            || panic!("{path} is in no layer: add it to the list"),
            |(_, number)| number,
        )
}

fn includes(entry: &str, path: &str) -> bool {
    match entry.strip_suffix('/') {
        Some(folder) => path.starts_with(entry) || path.strip_suffix(".rs") == Some(folder),
        None => path == entry,
    }
}
