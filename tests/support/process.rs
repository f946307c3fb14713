use std::any::type_name_of_val;
use std::env;
use std::process::{Command, Output};

/// Returns a command that runs only `test`, usually the calling test, in a separate process.
///
/// # Panics
///
/// Panics if the path of the test program is unknown.
#[must_use]
pub fn command_of<T: Fn()>(test: &T) -> Command {
    let mut command = Command::new(env::current_exe().expect("the path of the test program"));
    command.args(arguments_of(test));
    command
}

/// Like [`command_of`], with a shell that first runs `prepare`. Settings such as `ulimit` and `trap`
/// then apply to the test.
///
/// # Panics
///
/// Panics if the path of the test program is unknown.
#[must_use]
pub fn command_after<T: Fn()>(prepare: &str, test: &T) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{prepare}\nexec \"$0\" \"$@\"")])
        .arg(env::current_exe().expect("the path of the test program"))
        .args(arguments_of(test));
    command
}

fn arguments_of<T: Fn()>(test: &T) -> [String; 3] {
    // A test's name does not contain the first segment, the crate.
    let (_, name) = type_name_of_val(test)
        .split_once("::")
        .expect("a path of several segments");
    [
        name.to_owned(),
        "--exact".to_owned(),
        "--nocapture".to_owned(),
    ]
}

/// Asserts that exactly one test ran and that it passed.
///
/// # Panics
///
/// Panics otherwise.
pub fn assert_passed(run: &Output) {
    let output = String::from_utf8_lossy(&run.stdout);
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success() && output.contains(" 1 passed;"),
        "the test failed in a separate process: {output}{errors}"
    );
}
