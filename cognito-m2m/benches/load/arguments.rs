use std::time::Duration;

use crate::scenarios::{SCENARIOS, Scenario};
use crate::serve::Task;

/// The arguments that the program accepts.
pub(crate) const USAGE: &str = "\
usage: cargo bench .. --bench load -- [TEXT..] [--rounds N] [--seconds N]
       cargo bench .. --bench load -- --list";

/// The first argument of the processes that the benchmark starts as servers.
pub(crate) const SERVE: &str = "serve";

/// A command of the program.
pub(crate) enum Command {
    /// Nothing: `cargo test --benches` only checks that the program starts. Only `cargo bench` passes
    /// `--bench`.
    Test,
    /// Prints the names of the scenarios.
    List,
    /// Runs the server of one scenario.
    Serve(Task),
    /// Runs the benchmark.
    Run(Options),
}

/// The options of the benchmark.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) duration: Duration,
    /// The selected scenarios, and the bare ones that they are compared with.
    pub(crate) scenarios: Vec<&'static Scenario>,
}

impl Command {
    /// Parses the arguments of the process, or returns a message about a wrong one.
    pub(crate) fn from_arguments(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.peekable();
        if arguments.next_if(|argument| argument == SERVE).is_some() {
            let task = Task::from_arguments(arguments);
            return task
                .map(Self::Serve)
                .ok_or_else(|| format!("only the benchmark itself passes `{SERVE}`"));
        }
        let arguments: Vec<String> = arguments.collect();
        if !arguments.iter().any(|argument| argument == "--bench") {
            return Ok(Self::Test);
        }
        let mut arguments = arguments.into_iter();
        let (mut rounds, mut seconds, mut texts) = (24, 0.75, Vec::new());
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--test" => return Ok(Self::Test),
                "--list" => return Ok(Self::List),
                "--bench" => {}
                "--rounds" => rounds = number(&argument, arguments.next())?,
                "--seconds" => seconds = number(&argument, arguments.next())?,
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option}"));
                }
                _ => texts.push(argument),
            }
        }
        if !(1..=1_000).contains(&rounds) || !(0.1..=60.0).contains(&seconds) {
            return Err("expected 1 to 1000 rounds of 0.1 to 60 seconds".to_owned());
        }
        Ok(Self::Run(Options {
            rounds,
            duration: Duration::from_secs_f64(seconds),
            scenarios: selected(&texts)?,
        }))
    }
}

fn number<T: std::str::FromStr>(option: &str, value: Option<String>) -> Result<T, String> {
    value
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| format!("expected a number after {option}"))
}

/// Returns the scenarios whose names contain one of the texts, or all, and those that they are compared
/// with.
fn selected(texts: &[String]) -> Result<Vec<&'static Scenario>, String> {
    let is_named = |scenario: &Scenario| {
        texts.is_empty() || texts.iter().any(|text| scenario.name.contains(text))
    };
    let named: Vec<_> = SCENARIOS.iter().filter(|it| is_named(it)).collect();
    if named.is_empty() {
        return Err("no scenario has such a name; see --list".to_owned());
    }
    let is_needed = |scenario: &&Scenario| {
        let name = scenario.name;
        named
            .iter()
            .any(|it| it.name == name || it.baseline().name == name)
    };
    Ok(SCENARIOS.iter().filter(is_needed).collect())
}
