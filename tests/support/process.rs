use std::any::type_name_of_val;
use std::env;
use std::process::{Command, Output};

/// The environment variable that is set in a process of [`has_passed_with`].
const HAS_VARIABLES: &str = "TEST_HAS_VARIABLES";

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

/// Runs `test`, which is the calling test, in a separate process with these environment variables.
///
/// Returns `false` in that process. In the process that started it, returns `true` once the test
/// has passed.
///
/// # Panics
///
/// Panics if the test fails in the separate process.
#[must_use]
pub fn has_passed_with<T: Fn()>(test: T, variables: &[(&str, &str)]) -> bool {
    if env::var_os(HAS_VARIABLES).is_some() {
        return false;
    }
    let mut command = command_of(&test);
    command.env(HAS_VARIABLES, "yes");
    command.envs(variables.iter().copied());
    let run = command.output();
    assert_passed(&run.expect("the test program starts again"));
    true
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
