use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs, process, thread};

use crate::callgrind;
use crate::case::{self, Case};
use crate::measure::COLLECTING_FUNCTION;

/// A folder for the files of this run, which is removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Creates the folder. One that exists is not used, because another user may have created it.
    ///
    /// # Errors
    ///
    /// Returns a description of the failure.
    pub(crate) fn create() -> Result<Self, String> {
        let path = env::temp_dir().join(format!("cognito-m2m-instructions-{}", process::id()));
        match fs::create_dir(&path) {
            Ok(()) => Ok(Self(path)),
            Err(error) => Err(format!("failed to create {}: {error}", path.display())),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns the instructions per operation of these cases, measured at the same time on all cores.
///
/// # Errors
///
/// Returns the output of the first case that fails.
pub(crate) fn count(
    cases: &[&'static Case],
    folder: &Folder,
) -> Result<Vec<(String, u64)>, String> {
    prepare(cases, folder);
    // Taken from the end: the cases that take longest come first.
    let mut queue: Vec<_> = cases.iter().enumerate().collect();
    queue.sort_by_key(|(_, case)| case.needs_many_tokens);
    let queue = Mutex::new(queue);
    let counts = Mutex::new(Ok(vec![0; cases.len()]));
    let next = || queue.lock().expect("no thread panicked").pop();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((position, case)) = next() {
                    let count = per_operation(case, folder);
                    let mut counts = counts.lock().expect("no thread panicked");
                    match (&mut *counts, count) {
                        (Ok(counts), Ok(count)) => counts[position] = count,
                        (Ok(_), Err(problem)) => *counts = Err(problem),
                        (Err(_), _) => return,
                    }
                }
            });
        }
    });
    let counts = counts.into_inner().expect("no thread panicked")?;
    let names = cases.iter().map(|case| case.name.to_owned());
    Ok(names.zip(counts).collect())
}

/// Returns the output of callgrind for one case.
///
/// # Errors
///
/// Returns the output of the case if it fails.
pub(crate) fn profile(case: &'static Case, folder: &Folder) -> Result<String, String> {
    prepare(&[case], folder);
    output(case, folder)
}

fn prepare(cases: &[&Case], folder: &Folder) {
    if cases.iter().any(|case| case.needs_many_tokens) {
        case::write_many_tokens(&folder.0);
    }
}

fn per_operation(case: &Case, folder: &Folder) -> Result<u64, String> {
    let total = callgrind::total(&output(case, folder)?)
        .map_err(|problem| format!("{}: {problem}", case.name))?;
    if total == 0 {
        let problem = "no instructions were counted: no symbol of the program matches";
        return Err(format!("{}: {problem} {COLLECTING_FUNCTION}", case.name));
    }
    let iterations = u64::from(case.iterations);
    Ok((total + iterations / 2) / iterations)
}

fn output(case: &Case, folder: &Folder) -> Result<String, String> {
    let file = folder.0.join(format!("{}.out", case.name));
    let program = env::current_exe().expect("the path of the program is known");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg(format!("--toggle-collect={COLLECTING_FUNCTION}"))
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program)
        .args(["--run", case.name])
        .arg(&folder.0)
        .output()
        .map_err(|error| format!("failed to run valgrind: {error}"))?;
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} failed:\n{messages}", case.name));
    }
    Ok(fs::read_to_string(file).expect("callgrind writes its output"))
}
