//! Checks of the source text: conventions that no lint covers, and the tests that each rule of
//! `tests/RULES.md` must have.

use std::collections::BTreeSet;

use cognito_m2m_tests::{Source, sources, workspace_file};

const RUNTIME: &str = "cognito-m2m/src";
const LIBRARY_ROOTS: [&str; 2] = ["cognito-m2m/src/lib.rs", "cognito-m2m-macros/src/lib.rs"];

/// The folders with tests.
const TESTED_FOLDERS: [&str; 5] = [
    "cognito-m2m",
    "cognito-m2m-macros/src",
    "cognito-m2m-macros/tests",
    "examples",
    "tests",
];

#[test]
fn only_web_and_testing_use_actix() {
    let uses_actix = |file: &Source| file.code().any(|(_, code)| code.contains("actix_web"));
    for file in sources(RUNTIME).iter().filter(|file| uses_actix(file)) {
        let module = file.path.split('/').next().unwrap_or_default();
        assert!(
            ["web", "testing"].contains(&module),
            "{} uses Actix; only `web` and `testing` may",
            file.path
        );
    }
}

#[test]
fn features_are_checked_only_in_lib_rs_and_mod_rs() {
    for file in sources(RUNTIME) {
        let may_check = file.path == "lib.rs" || file.path.ends_with("mod.rs");
        for (line, code) in file.code().filter(|_| !may_check) {
            let checks = code.contains("feature = \"") && code.contains("cfg");
            assert!(
                !checks,
                "{}:{line}: move the `cfg` to the module's declaration: {code}",
                file.path
            );
        }
    }
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let folders = [RUNTIME, "cognito-m2m-macros/src", "examples", "tests"];
    let mut long = Vec::new();
    for folder in folders {
        for file in sources(folder) {
            let lines = file.text.lines().count();
            if lines > 400 {
                long.push(format!("{folder}/{}: {lines} lines", file.path));
            }
        }
    }
    assert!(long.is_empty(), "split these files:\n{}", long.join("\n"));
}

#[test]
fn rule_5_library_crates_forbid_unsafe_code() {
    for root in LIBRARY_ROOTS {
        let text = workspace_file(root);
        assert!(text.contains("\n#![forbid(unsafe_code)]\n"), "{root}");
    }
}

/// The lints themselves check the code; this test keeps them switched on.
#[test]
fn rule_5_library_crates_lint_against_panics() {
    for root in LIBRARY_ROOTS {
        let text = workspace_file(root);
        for lint in [
            "unwrap_used",
            "expect_used",
            "panic",
            "unreachable",
            "indexing_slicing",
            "arithmetic_side_effects",
        ] {
            let line = format!("        clippy::{lint},\n");
            assert!(text.contains(&line), "{root} does not enable {lint}");
        }
    }
    let manifest = workspace_file("Cargo.toml");
    for lint in ["todo", "unimplemented"] {
        let line = format!("\n{lint} = \"warn\"\n");
        assert!(manifest.contains(&line), "no crate enables {lint}");
    }
}

#[test]
fn rule_5_poisoned_locks_are_recovered() {
    let files = sources(RUNTIME).into_iter();
    // The feature `testing` runs in tests, not in servers.
    for file in files.filter(|file| !file.path.starts_with("testing/")) {
        let file = file.without_tests();
        let text: String = file.code().flat_map(|(_, code)| [code, " "]).collect();
        let text = text.replace(' ', "");
        for after in text.split(".lock()").skip(1) {
            let start: String = after.chars().take(80).collect();
            assert!(
                start.starts_with(".unwrap_or_else(") && start.contains("into_inner"),
                "{}: a poisoned lock would stop the service",
                file.path
            );
        }
    }
}

#[test]
fn every_rule_has_a_test_with_its_number() {
    let tests = tests_with_rule_numbers();
    for prefix in rule_prefixes() {
        assert!(
            tests.iter().any(|name| name.starts_with(&prefix)),
            "tests/RULES.md lists a rule that no test proves: {prefix}.."
        );
    }
}

#[test]
fn every_rule_number_in_a_test_name_is_listed() {
    let prefixes = rule_prefixes();
    for name in tests_with_rule_numbers() {
        assert!(
            prefixes.iter().any(|prefix| name.starts_with(prefix)),
            "tests/RULES.md does not list the rule of {name}"
        );
    }
}

#[test]
fn every_test_that_the_rules_name_exists() {
    let tests: BTreeSet<_> = TESTED_FOLDERS
        .into_iter()
        .flat_map(sources)
        .flat_map(|file| names_of_functions(&file))
        .collect();
    let rules = workspace_file("tests/RULES.md");
    let lines = rules.lines().filter(|line| line.starts_with("Tests: "));
    for line in lines {
        let quoted = line.split('`').skip(1).step_by(2);
        for name in quoted.filter(|name| !name.ends_with("..")) {
            assert!(tests.contains(name), "no test is named {name}: {line}");
        }
    }
}

/// Returns the prefixes of test names that `tests/RULES.md` requires, such as `rule_1_6_`. Every rule
/// there has a line that begins with "Tests:" and contains its prefix. A section that is divided into
/// rules has none itself.
fn rule_prefixes() -> Vec<String> {
    let rules = workspace_file("tests/RULES.md");
    let mut prefixes = Vec::new();
    let mut number: Option<String> = None;
    for line in rules.lines() {
        if let Some(heading) = line.strip_prefix("## ").or(line.strip_prefix("### ")) {
            let first = heading.split(' ').next().unwrap_or_default();
            let next = first.trim_end_matches('.').replace('.', "_");
            if let Some(rule) = &number {
                let is_divided = next.starts_with(&format!("{rule}_"));
                assert!(is_divided, "rule_{rule} has no line of tests");
            }
            number = Some(next);
        } else if line.starts_with("Tests: ") {
            let number = number.take().expect("one line of tests below each heading");
            let prefix = format!("rule_{number}_");
            assert!(line.contains(&format!("`{prefix}..`")), "{prefix}: {line}");
            prefixes.push(prefix);
        }
    }
    assert_eq!(number, None, "the last rule has no line of tests");
    assert!(!prefixes.is_empty(), "tests/RULES.md lists no rule");
    prefixes
}

fn tests_with_rule_numbers() -> BTreeSet<String> {
    let is_numbered = |name: &String| {
        let number = name.strip_prefix("rule_");
        number.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    };
    let files = TESTED_FOLDERS.into_iter().flat_map(sources);
    let names = files.flat_map(|file| names_of_functions(&file));
    names.filter(is_numbered).collect()
}

fn names_of_functions(file: &Source) -> Vec<String> {
    let after_fn = file.code().filter_map(|(_, code)| code.split_once("fn "));
    let names = after_fn.filter_map(|(_, name)| name.split('(').next());
    names.map(str::to_owned).collect()
}
