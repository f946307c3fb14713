//! Each mistake has a message that says what to do, at the span of the mistake.
//!
//! Each `ui/name.rs` fails to compile, with the output in `ui/name.stderr`. The folders in `ui_catalogue`
//! contain a scope catalogue, and programs that are compiled with it. To update the outputs:
//! `UPDATE_SNAPSHOTS=1 cargo test -p cognito-m2m-macros --test ui`.

mod diagnostics;

use cognito_m2m_rustc_arguments::rustc_arguments;

use diagnostics::Cases;

#[test]
fn every_mistake_has_its_message() {
    let cases = Cases {
        rustc: &rustc_arguments!(),
        package: env!("CARGO_MANIFEST_DIR"),
        directory: env!("CARGO_MANIFEST_DIR"),
        folder: "tests/ui",
        output: env!("CARGO_TARGET_TMPDIR"),
        valid: "tests/diagnostics/valid.rs",
    };
    cases.check();
}

#[test]
fn scopes_are_compared_with_the_catalogue() {
    for (folder, valid) in [
        ("cli_output", "with_listed_scopes"),
        ("list", "with_listed_scopes"),
        ("incomplete", "without_scopes"),
        ("invalid_json", "without_scopes"),
        ("invalid_scope", "without_scopes"),
        ("other_json", "without_scopes"),
        ("utf_16", "without_scopes"),
    ] {
        let folder = format!("tests/ui_catalogue/{folder}");
        let package = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
        let valid = format!("tests/ui_catalogue/{valid}.rs");
        let cases = Cases {
            rustc: &rustc_arguments!(),
            package: &package,
            directory: env!("CARGO_MANIFEST_DIR"),
            folder: &folder,
            output: env!("CARGO_TARGET_TMPDIR"),
            valid: &valid,
        };
        cases.check();
    }
}
