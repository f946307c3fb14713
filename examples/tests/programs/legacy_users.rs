//! `legacy_users`: who a handler sees in each mode.

use crate::{
    databases::{TestDatabase, on_each_database},
    program::run_legacy_users,
};

on_each_database!(each_mode_sees_whom_it_should);

/// Each mode, and what its rows say of the clients: reader, reports-v2, retired, stranger.
const EXPECTED: [(&str, [&str; 4]); 4] = [
    (
        "A: machines only",
        [
            "anonymous 403",
            "anonymous 403",
            "anonymous 403",
            "anonymous 403",
        ],
    ),
    (
        "B: mapped, client id => username",
        [
            "user reader 200",
            "anonymous 403",
            "anonymous 403",
            "anonymous 403",
        ],
    ),
    (
        "B: mapped, claim `email` => email",
        [
            "anonymous 403",
            "user reader 200",
            "anonymous 403",
            "anonymous 403",
        ],
    ),
    (
        "C: mapped, client id => username, or else a proxy",
        [
            "user reader 200",
            "proxy reports-v2 403",
            "proxy retired 403",
            "proxy stranger 403",
        ],
    ),
];

fn each_mode_sees_whom_it_should(database: &TestDatabase) {
    let url = database.url();
    // The second time the tables are there.
    for _ in 0..2 {
        check(&[("DATABASE_URL", &url)]);
    }
}

#[test]
fn without_a_database_url_it_is_sqlite_in_memory() {
    check(&[]);
}

fn check(environment: &[(&str, &str)]) {
    let output = run_legacy_users(environment);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let printed = String::from_utf8(output.stdout).expect("text");
    let modes: Vec<_> = printed.trim_end().split("\n\n").collect();
    assert_eq!(modes.len(), EXPECTED.len(), "{printed}");
    for (mode, (title, rows)) in modes.into_iter().zip(EXPECTED) {
        let mut lines = mode.lines();
        assert_eq!(lines.next(), Some(title));
        assert!(
            lines
                .next()
                .is_some_and(|head| head.contains("the handler saw"))
        );
        let lines: Vec<_> = lines.map(words).collect();
        assert_eq!(lines.len(), rows.len(), "{mode}");
        let clients = ["reader", "reports-v2", "retired", "stranger"];
        for ((line, client), row) in lines.iter().zip(clients).zip(rows) {
            assert!(line.starts_with(client), "{line}");
            assert!(line.contains(row), "{title}: expected {row}: {line}");
        }
    }
}

/// A line with single blanks.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_database_that_can_not_be_meant_is_a_fault() {
    let output = run_legacy_users(&[("DATABASE_URL", "oracle://u:secret@h/d")]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains("DATABASE_URL") && !message.contains("secret"),
        "{message}"
    );
}
