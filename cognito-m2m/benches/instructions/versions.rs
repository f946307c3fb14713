use std::process::Command;
use std::{env, fs};

use crate::cpu;

/// Returns what the counts depend on besides the code, with names, or `None` if valgrind is not
/// installed.
pub(crate) fn versions() -> Option<Vec<(String, String)>> {
    let valgrind = output("valgrind", &["--version"])?;
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let rustc = output(&rustc, &["-vV"]).expect("rustc runs");
    let (version, details) = rustc.split_once('\n').expect("rustc prints several lines");
    let host = details
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("rustc prints its target");
    let libc = output("getconf", &["GNU_LIBC_VERSION"]);
    let versions = [
        ("rustc", version.trim_start_matches("rustc ").to_owned()),
        ("target", host.to_owned()),
        (
            "valgrind",
            valgrind.trim_start_matches("valgrind-").to_owned(),
        ),
        // Its allocator and `memcpy` are part of every count.
        ("libc", libc.unwrap_or_else(|| "unknown".to_owned())),
        // Cryptography and `memcpy` choose their code by it.
        (
            "cpu",
            cpu::features(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
        ),
        ("compiler flags", compiler_flags()),
    ];
    Some(
        versions
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
    )
}

/// Returns the environment variables that change the generated code. The profile itself is in
/// `Cargo.toml`, and new counts are recorded when it changes.
fn compiler_flags() -> String {
    let is_flag = |name: &str| {
        [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_BUILD_RUSTFLAGS",
        ]
        .contains(&name)
            || name.starts_with("CARGO_PROFILE_BENCH_")
            || name.starts_with("CARGO_PROFILE_RELEASE_")
    };
    let mut flags: Vec<String> = env::vars()
        .filter(|(name, value)| is_flag(name) && !value.is_empty())
        .map(|(name, value)| format!("{name}={}", value.escape_debug()))
        .collect();
    flags.sort();
    if flags.is_empty() {
        "none".to_owned()
    } else {
        flags.join(" ")
    }
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
