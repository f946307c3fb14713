//! Every mistake has a message that says what to do, at the place of the mistake.
//!
//! `TRYBUILD=overwrite cargo test -p cognito-m2m-macros --test ui` writes the messages anew. Some
//! are rustc's own, and change with it: they are those of the version below.

use std::process::Command;

/// The compiler whose messages are recorded.
const RECORDED_WITH: &str = "rustc 1.95.";

#[test]
fn every_mistake_has_its_message() {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output();
    let version =
        String::from_utf8_lossy(&version.expect("there is a compiler").stdout).into_owned();
    if version.starts_with(RECORDED_WITH) || std::env::var_os("TRYBUILD").is_some() {
        trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
    } else {
        println!("left out: the messages are those of {RECORDED_WITH}x, and this is {version}");
    }
}
