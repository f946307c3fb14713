//! Each mistake has a message that says what to do, at the span of the mistake.
//!
//! Each `ui/name.rs` fails to compile, with the output in `ui/name.stderr`. To update the outputs:
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
        output: env!("CARGO_TARGET_TMPDIR"),
        valid: "tests/diagnostics/valid.rs",
    };
    cases.check();
}
