//! The instructions of requests, validations and the token client, as callgrind counts them.
//!
//! Unlike times, the counts are nearly the same from run to run, whatever else the machine does. They are
//! compared with `counts.txt`, which also has the versions of the tools that they were recorded with.
//! Each case runs in a process of its own under valgrind, which must be installed.
//!
//! `cargo bench -p cognito-m2m --features testing,client --bench instructions -- --help`

mod accepted;
mod app;
mod arguments;
mod callgrind;
mod case;
mod comparison;
mod cpu;
mod fixture;
mod goals;
mod measure;
mod recorded;
mod refused;
mod report;
mod token_client;
mod tokens;
mod valgrind;
mod versions;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use arguments::Command;
use case::{Case, Inputs};
use recorded::Counts;
use valgrind::Folder;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/benches/instructions/counts.txt"
);

/// The beginning of the line that is printed if the counts can't be measured or compared.
const LEFT_OUT: &str = "LEFT OUT: instruction counts:";

fn main() -> ExitCode {
    let result = Command::parse(env::args().skip(1)).and_then(execute);
    result.unwrap_or_else(|problem| {
        eprintln!("{problem}");
        ExitCode::FAILURE
    })
}

fn execute(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::Test => {}
        Command::Help => println!("{}", arguments::usage()),
        Command::Run { case, folder } => run(find(&case)?, Path::new(&folder)),
        Command::Print { filter } => {
            if let Some(counts) = measure(filter.as_deref())? {
                print(&counts);
            }
        }
        Command::Check { filter } => return check(filter.as_deref()),
        Command::Record => {
            if let Some(counts) = measure(None)? {
                print(&counts);
                record(&counts)?;
            }
        }
        Command::Profile { case } => profile(find(&case)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn find(name: &str) -> Result<&'static Case, String> {
    let found = case::all().find(|case| case.name == name);
    found.ok_or_else(|| {
        let names: Vec<_> = case::all().map(|case| case.name).collect();
        format!("expected one of {}, found {name:?}", names.join(", "))
    })
}

/// Runs a case, in a process under valgrind.
fn run(case: &Case, folder: &Path) {
    fastrand::seed(14);
    let iterations = case.iterations;
    (case.run)(&Inputs { iterations, folder });
}

/// Counts the instructions of the cases whose names contain the filter. Returns `None` if valgrind is not
/// installed.
fn measure(filter: Option<&str>) -> Result<Option<Counts>, String> {
    let is_selected = |case: &&Case| filter.is_none_or(|filter| case.name.contains(filter));
    let cases: Vec<_> = case::all().filter(is_selected).collect();
    if cases.is_empty() {
        let filter = filter.unwrap_or_default();
        return Err(format!("no case has a name that contains {filter:?}"));
    }
    let Some(versions) = versions::versions() else {
        println!("{LEFT_OUT} valgrind is not installed");
        return Ok(None);
    };
    let cases = valgrind::count(&cases, &Folder::create()?)?;
    Ok(Some(Counts { versions, cases }))
}

/// Reads the recorded counts.
fn recorded() -> Result<Counts, String> {
    let text =
        fs::read_to_string(FILE).map_err(|error| format!("failed to read {FILE}: {error}"))?;
    Counts::parse(&text).map_err(|problem| format!("{FILE}: {problem}"))
}

/// Prints the counts beside the recorded ones, if these can be read.
fn print(counts: &Counts) {
    let recorded = recorded().inspect_err(|problem| eprintln!("{problem}"));
    report::print(counts, recorded.as_ref().ok());
}

fn record(counts: &Counts) -> Result<(), String> {
    let written = fs::write(FILE, counts.to_text());
    written.map_err(|error| format!("failed to write {FILE}: {error}"))?;
    println!("\nrecorded in {FILE}");
    Ok(())
}

fn check(filter: Option<&str>) -> Result<ExitCode, String> {
    let recorded = recorded()?;
    let Some(counts) = measure(filter)? else {
        return Ok(ExitCode::SUCCESS);
    };
    report::print(&counts, Some(&recorded));
    if let Some(difference) = comparison::other_versions(&recorded, &counts) {
        println!("\n{LEFT_OUT} {difference}");
        return Ok(ExitCode::SUCCESS);
    }
    let findings = comparison::compare(&recorded, &counts, filter.is_none());
    report::print_findings(&findings);
    Ok(if findings.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn profile(case: &'static Case) -> Result<(), String> {
    let output = valgrind::profile(case, &Folder::create()?)?;
    report::print_functions(&callgrind::functions(&output), case.iterations);
    Ok(())
}
