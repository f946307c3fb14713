//! Imports point down the list of layers, and files do not import each other in circles.

mod imports;

use std::collections::BTreeSet;

use imports::Imports;

/// The layers of the runtime crate, top to bottom. A file may use files of its own layer and of
/// lower ones. An entry is a file or a folder, by its path below `cognito-m2m/src`; the longest
/// entry that matches a path counts.
const LAYERS: [&[&str]; 13] = [
    &["lib.rs", "guide/"],
    &["testing/"],
    &["web/mod.rs"],
    &["web/middleware/", "web/extract/"],
    &["web/request/", "web/builder/"],
    &["web/cognito_auth/"],
    &["web/responder.rs", "web/activity/"],
    // The `mod.rs` files re-export the stores of the back ends.
    &[
        "users/mod.rs",
        "users/diesel/",
        "activity/mod.rs",
        "activity/diesel/",
        "client/",
    ],
    &["error.rs", "settings/", "users/", "activity/"],
    &["validator/", "attributes.rs"],
    &["principal.rs"],
    &["policy/"],
    &["token/", "jwks/"],
];

/// The lowest layer: values that are parsed once, and what does not know this crate.
const LOWEST: &[&str] = &[
    "time.rs",
    "scope.rs",
    "scope_match.rs",
    "client_id.rs",
    "pool.rs",
    "qualified_client_id.rs",
    "environment.rs",
    "setting_fault.rs",
    "http.rs",
    "backoff.rs",
    "box_future.rs",
    "loopback.rs",
    "two_generation_cache.rs",
    "runtime.rs",
];

/// The circles of files that may stay: an adapter or builder method on a trait or type returns the
/// adapter or builder, as in `std::iter`.
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

/// The reader itself is tested on a crate in which every kind of import points up.
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
        .filter(|(entry, _)| match entry.strip_suffix('/') {
            Some(folder) => path.starts_with(*entry) || path.strip_suffix(".rs") == Some(folder),
            None => path == **entry,
        })
        .max_by_key(|(entry, _)| entry.len())
        .map_or_else(
            || panic!("{path} is in no layer: add it to the list"),
            |(_, number)| number,
        )
}
