//! The rooms of the runtime crate lean downwards only, and every rule has a test that bears its name.

use std::collections::BTreeSet;

use cognito_m2m_tests::{Source, sources, workspace_file};

const RUNTIME: &str = "cognito-m2m/src";

/// A room may lean on rooms of its own floor and of lower ones.
const FLOORS: [&[&str]; 6] = [
    &[
        "time",
        "scope",
        "client_id",
        "pool",
        "environment",
        "setting_fault",
        "loopback",
        "http",
        "backoff",
        "two_generation_cache",
    ],
    &["token", "jwks"],
    &["principal", "policy"],
    &["validator"],
    &["error", "settings", "users", "activity"],
    &["web"],
];

/// What stands beside the floors, the highest floor it leans on, and the annexes it leans on.
const ANNEXES: [(&str, usize, &[&str]); 5] = [
    ("runtime", 0, &[]),
    ("client", 0, &["runtime"]),
    ("testing", 5, &[]),
    ("attributes", 0, &[]),
    ("guide", 0, &[]),
];

/// Annexes that rooms of the floors may use: the thread for what runs in the background.
const SHARED_ANNEX: (&str, usize) = ("runtime", 5);

/// The numbers of the rules that have some. The third and the fifth group have none.
const RULES: [(u8, u8); 3] = [(1, 9), (2, 7), (4, 4)];
const RULES_WITHOUT_NUMBERS: [u8; 2] = [3, 5];

#[test]
fn rooms_lean_downwards_only() {
    let mut faults = Vec::new();
    for file in sources(RUNTIME).iter().map(Source::without_tests) {
        let room = room_of(&file.path);
        if room == "lib" || file.path.contains("/tests/") {
            continue;
        }
        for (line, used) in rooms_used_by(&file) {
            if used != room && !may_lean_on(room, &used) {
                faults.push(format!("{}:{line}: {room} leans on {used}", file.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_room_has_its_floor() {
    for file in sources(RUNTIME) {
        let room = room_of(&file.path);
        let is_known = room == "lib" || floor_of(room).is_some() || annex(room).is_some();
        assert!(
            is_known,
            "{room}: give it a floor here, and a line in the layout of lib.rs"
        );
    }
}

#[test]
fn only_the_porch_knows_actix() {
    let knows_actix = |file: &Source| file.code().any(|(_, code)| code.contains("actix_web"));
    for file in sources(RUNTIME).iter().filter(|file| knows_actix(file)) {
        let room = room_of(&file.path);
        assert!(["web", "testing"].contains(&room), "{}", file.path);
    }
}

#[test]
fn features_are_asked_in_doors_only() {
    for file in sources(RUNTIME) {
        let is_door = file.path == "lib.rs" || file.path.ends_with("mod.rs");
        for (line, code) in file.code().filter(|_| !is_door) {
            let asks = code.contains("feature = \"") && code.contains("cfg");
            assert!(!asks, "{}:{line}: {code}", file.path);
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
    assert!(long.is_empty(), "split them:\n{}", long.join("\n"));
}

#[test]
fn rule_5_unsafe_code_is_forbidden() {
    for door in ["cognito-m2m/src/lib.rs", "cognito-m2m-macros/src/lib.rs"] {
        let text = workspace_file(door);
        assert!(text.contains("\n#![forbid(unsafe_code)]\n"), "{door}");
    }
}

#[test]
fn rule_5_nothing_panics_on_what_came_over_the_network() {
    let panics = [
        ".unwrap()",
        ".expect(",
        "panic!(",
        "unreachable!(",
        "todo!(",
    ];
    for file in served_code() {
        for (line, code) in file.code() {
            let found = panics.iter().find(|panic| code.contains(**panic));
            let place = format!("{}:{line}: {code}", file.path);
            assert!(found.is_none() && !has_index(code), "{place}");
        }
    }
}

#[test]
fn rule_5_no_poisoned_lock_stops_the_service() {
    for file in served_code() {
        let text: String = file.code().flat_map(|(_, code)| [code, " "]).collect();
        let spaced = text.replace(' ', "");
        for after in spaced.split(".lock()").skip(1) {
            let recovers = after.starts_with(".unwrap_or_else(")
                && after
                    .chars()
                    .take(80)
                    .collect::<String>()
                    .contains("into_inner");
            assert!(recovers, "{}: a lock that may be poisoned", file.path);
        }
    }
}

/// Group 6 (speed) is a matter of benchmarks.
#[test]
fn every_rule_has_a_test_that_bears_its_number() {
    let folders = [
        "cognito-m2m",
        "cognito-m2m-macros/src",
        "cognito-m2m-macros/tests",
        "examples",
        "tests",
    ];
    let tests: BTreeSet<_> = folders
        .into_iter()
        .flat_map(sources)
        .flat_map(|file| file.code().filter_map(test_name).collect::<Vec<_>>())
        .collect();
    let numbered = RULES
        .into_iter()
        .flat_map(|(group, last)| (1..=last).map(move |rule| format!("rule_{group}_{rule}_")));
    let bare = RULES_WITHOUT_NUMBERS.map(|group| format!("rule_{group}_"));
    for prefix in numbered.chain(bare) {
        let bears = tests.iter().any(|name| name.starts_with(&prefix));
        assert!(bears, "no test is named {prefix}..");
    }
}

fn test_name((_, code): (usize, &str)) -> Option<String> {
    let (_, name) = code.split_once("fn rule_")?;
    Some(format!("rule_{}", name.split('(').next()?))
}

/// What runs in a server: neither tests nor the feature `testing`.
fn served_code() -> impl Iterator<Item = Source> {
    let files = sources(RUNTIME).into_iter();
    let served = files.filter(|file| {
        !file.path.starts_with("testing/")
            // Evaluated while compiling: a panic there is a compile error.
            && file.path != "policy/constants.rs"
    });
    served.map(|file| file.without_tests())
}

/// `name[..]`, `name()[..]` or `name[..][..]`: not a macro's bracket, an attribute or a type.
fn has_index(code: &str) -> bool {
    let mut before = ' ';
    let mut is_text = false;
    for character in code.chars() {
        if character == '"' {
            is_text = !is_text;
        }
        let follows_value =
            before.is_alphanumeric() || matches!(before, '_' | ')' | ']') && character == '[';
        if !is_text && character == '[' && follows_value {
            return true;
        }
        before = character;
    }
    false
}

fn room_of(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or_default();
    first.strip_suffix(".rs").unwrap_or(first)
}

/// The rooms that follow `crate::`, also those in braces. `$crate::` is a macro's: its paths are
/// those of the code that calls it.
fn rooms_used_by(file: &Source) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (line, code) in file.code() {
        let own = code.replace("$crate::", "");
        for after in own.split("crate::").skip(1) {
            let end = after.find(|c: char| !c.is_alphanumeric() && c != '_');
            used.push((line, after[..end.unwrap_or(after.len())].to_owned()));
        }
    }
    used
}

fn may_lean_on(room: &str, used: &str) -> bool {
    match (annex(room), floor_of(used)) {
        (Some((_, highest, _)), Some(floor)) => floor <= *highest,
        (Some((_, _, annexes)), None) => annexes.contains(&used),
        (None, Some(floor)) => floor_of(room).is_some_and(|own| floor <= own),
        (None, None) => {
            let (name, floor) = SHARED_ANNEX;
            used == name && floor_of(room) == Some(floor)
        }
    }
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn annex(room: &str) -> Option<&'static (&'static str, usize, &'static [&'static str])> {
    ANNEXES.iter().find(|(name, ..)| *name == room)
}
