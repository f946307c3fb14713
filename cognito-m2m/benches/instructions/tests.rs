//! Tests of what the benchmark of instructions does with the output of callgrind and with its counts.

mod arguments;
mod callgrind;
mod comparison;
mod cpu;
mod goals;
mod recorded;

use arguments::Command;
use comparison::{Findings, compare, other_versions};
use goals::{Figure, figures};
use recorded::Counts;

/// What callgrind wrote for a program with the functions `outer` and `inner`, shortened.
const OUTPUT: &str = "\
version: 1
creator: callgrind-3.19.0
pid: 1
cmd:  program --run bare
part: 1

desc: Trigger: Program termination

positions: line
events: Ir
summary: 4170

fl=(1) ???
fn=(1) outer
0 30
+0 40
cob=(2) libc.so.6
cfi=(1)
cfn=(2) inner
calls=10 0
0 4000
cfn=(2)
calls=2 0
* 50

fn=(2)
0 4050
+3 50
totals: 4170
";

fn counts(versions: &[(&str, &str)], cases: &[(&str, u64)]) -> Counts {
    let versions = versions.iter();
    let cases = cases.iter();
    Counts {
        versions: versions
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        cases: cases
            .map(|(name, count)| ((*name).into(), *count))
            .collect(),
    }
}

fn compared(recorded: &[(&str, u64)], measured: &[(&str, u64)], is_complete: bool) -> Findings {
    compare(&counts(&[], recorded), &counts(&[], measured), is_complete)
}

fn parsed(arguments: &[&str]) -> Result<Command, String> {
    Command::parse(arguments.iter().map(|argument| (*argument).to_owned()))
}

#[test]
fn total_of_the_output_is_read() {
    assert_eq!(callgrind::total(OUTPUT), Ok(4170));
}

#[test]
fn output_without_instructions_is_an_error() {
    let other_event = OUTPUT.replace("events: Ir", "events: Dr");
    assert!(callgrind::total(&other_event).is_err());
    let no_totals = OUTPUT.replace("totals: 4170\n", "");
    assert!(callgrind::total(&no_totals).is_err());
    let no_number = OUTPUT.replace("totals: 4170", "totals:");
    assert!(callgrind::total(&no_number).is_err());
}

#[test]
fn functions_have_their_own_instructions_only() {
    let expected = [("inner".to_owned(), 4100), ("outer".to_owned(), 70)];
    assert_eq!(callgrind::functions(OUTPUT), expected);
}

#[test]
fn file_is_read_as_it_was_written() {
    let versions = [
        ("rustc", "1.95.0 (59807616e 2026-04-14)"),
        ("valgrind", "3.19.0"),
    ];
    let counts = counts(
        &versions,
        &[("bare", 3_456), ("guarded_10_000_clients", 12_345_678)],
    );
    assert_eq!(Counts::parse(&counts.to_text()), Ok(counts));
}

#[test]
fn line_of_another_form_is_an_error() {
    for line in ["bare", "bare 12x", "bare -3"] {
        let error = Counts::parse(line).unwrap_err();
        assert!(error.contains(line), "{error}");
    }
}

#[test]
fn growth_over_3_percent_is_a_failure() {
    let findings = compared(&[("bare", 1_000)], &[("bare", 1_031)], true);
    let expected = "bare: 1000 instructions recorded, 1031 found (+3.1 %)";
    assert_eq!(findings.failures, [expected]);
    assert!(findings.hints.is_empty());
}

#[test]
fn change_of_3_percent_is_not_reported() {
    for count in [970, 1_000, 1_030] {
        let findings = compared(&[("bare", 1_000)], &[("bare", count)], true);
        assert_eq!(findings, Findings::default(), "{count}");
    }
}

#[test]
fn smaller_count_is_a_hint() {
    let findings = compared(&[("bare", 1_000)], &[("bare", 969)], true);
    assert!(findings.failures.is_empty());
    let expected = "bare: 1000 instructions recorded, 969 found (-3.1 %)";
    assert_eq!(findings.hints, [expected]);
}

#[test]
fn case_that_is_not_recorded_is_a_failure() {
    let findings = compared(&[("bare", 1_000)], &[("bare", 1_000), ("new", 5)], true);
    assert_eq!(findings.failures, ["new: 5 instructions, not recorded"]);
}

#[test]
fn recorded_case_that_no_longer_exists_is_a_failure() {
    let recorded = [("bare", 1_000), ("old", 5)];
    let findings = compared(&recorded, &[("bare", 1_000)], true);
    assert_eq!(findings.failures, ["old: recorded, but no longer measured"]);
    let filtered = compared(&recorded, &[("bare", 1_000)], false);
    assert_eq!(filtered, Findings::default());
}

#[test]
fn counts_of_other_versions_are_not_compared() {
    let recorded = counts(&[("rustc", "1.95.0"), ("valgrind", "3.19.0")], &[]);
    assert_eq!(other_versions(&recorded, &recorded), None);
    let other = counts(&[("rustc", "1.96.0"), ("valgrind", "3.19.0")], &[]);
    let expected = "recorded with rustc 1.95.0, found rustc 1.96.0";
    assert_eq!(other_versions(&recorded, &other).as_deref(), Some(expected));
}

#[test]
fn version_that_is_missing_differs_from_every_other() {
    let recorded = counts(&[("rustc", "1.95.0")], &[]);
    let with_libc = counts(&[("rustc", "1.95.0"), ("libc", "glibc 2.36")], &[]);
    let expected = "recorded with libc unknown, found libc glibc 2.36";
    let difference = other_versions(&recorded, &with_libc);
    assert_eq!(difference.as_deref(), Some(expected));
    assert!(other_versions(&with_libc, &recorded).is_some());
}

#[test]
fn counts_of_another_cpu_are_not_compared() {
    let cpu = |flags: &str| cpu::features(&format!("processor\t: 0\nflags\t\t: {flags}\n"));
    let (old, new) = (cpu("fpu avx avx2"), cpu("fpu avx512f avx2 avx avx512bw"));
    let recorded = counts(&[("cpu", old.as_str())], &[]);
    let found = counts(&[("cpu", new.as_str())], &[]);
    assert_eq!(other_versions(&recorded, &recorded), None);
    let expected = "recorded with cpu avx avx2, found cpu avx avx2 avx512f";
    assert_eq!(other_versions(&recorded, &found).as_deref(), Some(expected));
}

#[test]
fn cpu_without_these_features_differs_from_an_unknown_one() {
    assert_eq!(cpu::features("flags : fpu sse2\n"), "none");
    assert_eq!(cpu::features("Features : fp asimd\n"), "unknown");
    assert_eq!(cpu::features(""), "unknown");
}

#[test]
fn figures_are_derived_from_the_counts_that_exist() {
    let counts = counts(
        &[],
        &[
            ("bare", 3_000),
            ("guarded", 4_200),
            ("second_sight", 900),
            ("hash_map_lookup", 600),
        ],
    );
    let (measured, limit) = (1_200, 1_300);
    let difference = Figure::Difference { measured, limit };
    let (measured, limit) = (1.5, 1.5);
    let ratio = Figure::Ratio { measured, limit };
    let expected = [
        ("guarded - bare".to_owned(), difference),
        ("second_sight / hash_map_lookup".to_owned(), ratio),
    ];
    assert_eq!(figures(&counts), expected);
}

#[test]
fn refusal_is_compared_with_the_verification_that_it_avoids() {
    let cases = [
        ("signature_verification", 100),
        ("guarded_first_sight", 120),
    ];
    let refusals = [("refused_new_kind", 30), ("refused_expired", 60)];
    let cases = [cases, refusals].concat();
    let (measured, limit) = (0.3, 0.2);
    let before = Figure::Ratio { measured, limit };
    let (measured, limit) = (0.5, 1.0);
    let after = Figure::Ratio { measured, limit };
    let expected = [
        (
            "refused_new_kind / signature_verification".to_owned(),
            before,
        ),
        ("refused_expired / guarded_first_sight".to_owned(), after),
    ];
    assert_eq!(figures(&counts(&[], &cases)), expected);
}

#[test]
fn arguments_select_what_to_do() {
    let filter = Some("refused".to_owned());
    let print = |filter| Ok(Command::Print { filter });
    let check = |filter| Ok(Command::Check { filter });
    assert_eq!(parsed(&["--bench"]), print(None));
    assert_eq!(parsed(&["refused", "--bench"]), print(filter.clone()));
    assert_eq!(parsed(&["--check", "--bench"]), check(None));
    assert_eq!(parsed(&["--check", "refused", "--bench"]), check(filter));
    assert_eq!(parsed(&["--record", "--bench"]), Ok(Command::Record));
    let case = "bare".to_owned();
    let profile = parsed(&["--profile", "bare", "--bench"]);
    assert_eq!(profile, Ok(Command::Profile { case }));
}

#[test]
fn cargo_test_measures_nothing() {
    assert_eq!(parsed(&[]), Ok(Command::Test));
    assert_eq!(parsed(&["--test"]), Ok(Command::Test));
    assert_eq!(parsed(&["--bench", "--test"]), Ok(Command::Test));
}

#[test]
fn check_is_never_taken_for_a_test() {
    let filter = None;
    assert_eq!(parsed(&["--check"]), Ok(Command::Check { filter }));
    assert!(parsed(&["--check", "--test"]).is_err());
    assert!(parsed(&["--bench", "--test", "--check"]).is_err());
}

#[test]
fn help_is_a_command() {
    assert_eq!(parsed(&["--help", "--bench"]), Ok(Command::Help));
    assert_eq!(parsed(&["--help"]), Ok(Command::Help));
}

#[test]
fn unknown_arguments_are_refused() {
    for arguments in [
        &["--bench", "--cheek"][..],
        &["--bench", "--record", "bare"],
        &["--bench", "--profile"],
        &["--bench", "one", "two"],
        &["--bench", "--check", "--record"],
    ] {
        assert!(parsed(arguments).is_err(), "{arguments:?}");
    }
}
