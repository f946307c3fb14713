//! `legacy_users` shows the user that a handler sees in each mode.

use crate::{
    databases::{TestDatabase, on_each_database},
    program::run_legacy_users,
};

on_each_database!(each_mode_shows_the_expected_users);

/// The modes, each with the expected user and status for reader, reports-v2, retired and stranger.
const EXPECTED: [(&str, [&str; 4]); 4] = [
    (
        "A: no user mapping",
        [
            "anonymous 403",
            "anonymous 403",
            "anonymous 403",
            "anonymous 403",
        ],
    ),
    (
        "B: client ID => username",
        [
            "user reader 200",
            "anonymous 403",
            "refused 403",
            "anonymous 403",
        ],
    ),
    (
        "B: claim `email` => email",
        [
            "anonymous 403",
            "user reader 200",
            "refused 403",
            "anonymous 403",
        ],
    ),
    (
        "C: client ID => username, or a proxy",
        [
            "user reader 200",
            "proxy reports-v2 403",
            "refused 403",
            "proxy stranger 403",
        ],
    ),
];

fn each_mode_shows_the_expected_users(database: &TestDatabase) {
    let url = database.url();
    // The second run finds the tables of the first one.
    for _ in 0..2 {
        check(&[("DATABASE_URL", &url)]);
    }
}

#[test]
fn database_url_defaults_to_sqlite_in_memory() {
    check(&[]);
}

fn check(environment: &[(&str, &str)]) {
    let output = run_legacy_users(environment);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let printed = String::from_utf8(output.stdout).expect("the output is UTF-8");
    let modes: Vec<_> = printed.trim_end().split("\n\n").collect();
    assert_eq!(modes.len(), EXPECTED.len(), "{printed}");
    for (mode, (title, rows)) in modes.into_iter().zip(EXPECTED) {
        let mut lines = mode.lines();
        assert_eq!(lines.next(), Some(title));
        assert!(
            lines
                .next()
                .is_some_and(|head| head.contains("handler sees"))
        );
        let lines: Vec<_> = lines.map(single_spaced).collect();
        assert_eq!(lines.len(), rows.len(), "{mode}");
        let clients = ["reader", "reports-v2", "retired", "stranger"];
        for ((line, client), row) in lines.iter().zip(clients).zip(rows) {
            assert!(line.starts_with(client), "{line}");
            assert!(line.contains(row), "{title}: {row} is not in {line}");
        }
    }
}

/// Replaces each run of spaces by one space.
fn single_spaced(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn unknown_database_is_an_error() {
    let output = run_legacy_users(&[("DATABASE_URL", "oracle://u:secret@h/d")]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains("DATABASE_URL") && !message.contains("secret"),
        "{message}"
    );
}
