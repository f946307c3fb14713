//! Every mistake has a message that says what to do, at the span of the mistake.
//!
//! Each `ui/name.rs` fails to compile, with the output in `ui/name.stderr`. To update the outputs:
//! `UPDATE_SNAPSHOTS=1 cargo test -p cognito-m2m-macros --test ui`.
//!
//! The cases use the dependencies that cargo has compiled for this test, so that no dependency is
//! compiled a second time.

mod diagnostics;

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use cognito_m2m_rustc_arguments::rustc_arguments;

use diagnostics::{FOLDER, normalize};

/// The compiler that compiled this test, with its arguments.
const RUSTC: &[&str] = &rustc_arguments!();

/// The version of the recorded outputs. Some messages are rustc's own, and change with it.
const RECORDED_WITH: &str = "rustc 1.95.";

const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn every_mistake_has_its_message() {
    let version = Command::new(RUSTC[0]).arg("--version").output();
    let version = version.expect("rustc runs").stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(RECORDED_WITH) {
        println!("skipped: the outputs are recorded with {RECORDED_WITH}x, and this is {version}");
        return;
    }
    let cases = cases();
    assert!(!cases.is_empty());
    let queue = Mutex::new(cases.into_iter());
    let next = || queue.lock().unwrap().next();
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = next() {
                    failures.lock().unwrap().extend(failure(&case));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Returns the paths of the cases, relative to the package.
fn cases() -> Vec<String> {
    let files = fs::read_dir(Path::new(PACKAGE).join("tests/ui")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let cases = names.filter(|name| name.ends_with(".rs"));
    cases.map(|name| format!("tests/ui/{name}")).collect()
}

/// Compiles a case. Returns a description of the difference from the recorded output, if any.
fn failure(case: &str) -> Option<String> {
    let Some(output) = compile_errors(&format!("{FOLDER}{case}")) else {
        return Some(format!("{case} compiles"));
    };
    let output = normalize(&output);
    let recorded_in = Path::new(PACKAGE).join(case).with_extension("stderr");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&recorded_in, &output).unwrap();
    }
    let recorded = fs::read_to_string(&recorded_in).unwrap_or_default();
    (output != recorded).then(|| format!("{case}: expected\n\n{recorded}\nfound\n\n{output}"))
}

/// Returns the output of rustc, or `None` if it succeeds.
///
/// rustc runs where and how cargo runs it, because its messages depend on both.
fn compile_errors(path: &str) -> Option<String> {
    let compiled = Command::new(RUSTC[0])
        .current_dir(Path::new(PACKAGE).parent().unwrap())
        .env("CARGO_MANIFEST_DIR", PACKAGE)
        .env("CARGO_CRATE_NAME", "ui")
        .args(["--edition=2024", "--crate-type=bin", "--emit=metadata"])
        .args(["--out-dir", env!("CARGO_TARGET_TMPDIR")])
        .args(["--diagnostic-width=140", "--allow=dead_code"])
        .args(dependencies())
        .arg(path)
        .output()
        .expect("rustc runs");
    let errors = String::from_utf8(compiled.stderr).expect("rustc prints UTF-8");
    (!compiled.status.success()).then_some(errors)
}

/// Returns the arguments that name the dependencies of this test, and its target.
fn dependencies() -> impl Iterator<Item = &'static str> {
    let pairs = RUSTC.windows(2);
    let dependencies = pairs.filter(|pair| ["--extern", "-L", "--target"].contains(&pair[0]));
    dependencies.flatten().copied()
}
