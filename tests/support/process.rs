use std::any::type_name_of_val;
use std::env;
use std::process::{Command, Output};

/// How to run `test`, mostly the calling one, alone in a process of its own.
///
/// # Panics
///
/// When the program of the tests can't be found.
#[must_use]
pub fn command_of<T: Fn()>(test: &T) -> Command {
    let mut command = Command::new(env::current_exe().expect("the program of the tests"));
    command.args(arguments_of(test));
    command
}

/// The same behind a shell: what `prepare` says (`ulimit`, `trap`) holds for the test.
///
/// # Panics
///
/// When the program of the tests can't be found.
#[must_use]
pub fn command_after<T: Fn()>(prepare: &str, test: &T) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{prepare}\nexec \"$0\" \"$@\"")])
        .arg(env::current_exe().expect("the program of the tests"))
        .args(arguments_of(test));
    command
}

fn arguments_of<T: Fn()>(test: &T) -> [String; 3] {
    // The first segment is the crate, which is no part of a test's name.
    let (_, name) = type_name_of_val(test).split_once("::").expect("a path");
    [
        name.to_owned(),
        "--exact".to_owned(),
        "--nocapture".to_owned(),
    ]
}

/// Checks that one test ran, and passed.
///
/// # Panics
///
/// When it did not.
pub fn assert_passed(run: &Output) {
    let output = String::from_utf8_lossy(&run.stdout);
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success() && output.contains(" 1 passed;"),
        "in a process of its own: {output}{errors}"
    );
}
