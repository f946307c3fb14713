//! Mistakes that the compiler reports with a message of this crate: in the arguments of `user_mapper!`,
//! and around the page of client activity.
//!
//! Each `ui/name.rs` fails to compile, with the output in `ui/name.stderr`. To update the outputs:
//! `UPDATE_SNAPSHOTS=1 cargo test -p cognito-m2m-tests --test compile_errors`.

#[path = "../cognito-m2m-macros/tests/diagnostics/mod.rs"]
mod diagnostics;

use cognito_m2m_rustc_arguments::rustc_arguments;

use diagnostics::Cases;

#[test]
fn every_mistake_has_its_message() {
    let cases = Cases {
        rustc: &rustc_arguments!(),
        package: env!("CARGO_MANIFEST_DIR"),
        directory: concat!(env!("CARGO_MANIFEST_DIR"), "/.."),
        folder: "tests/ui",
        output: env!("CARGO_TARGET_TMPDIR"),
        valid: "tests/compile_errors/valid.rs",
    };
    cases.check();
}
