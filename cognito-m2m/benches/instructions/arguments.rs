use crate::comparison::TOLERANCE;

/// The action that the arguments select.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Measures the cases whose names contain the filter, and prints their counts.
    Print { filter: Option<String> },
    /// Does the same, and fails if a count has grown.
    Check { filter: Option<String> },
    /// Measures all cases, and writes their counts to the file.
    Record,
    /// Prints the functions with the most instructions of a case.
    Profile { case: String },
    /// Runs a case under valgrind, with files in this folder.
    Run { case: String, folder: String },
    /// Prints how to use the program.
    Help,
    /// Does nothing: `cargo test --benches` only checks that the program starts.
    Test,
}

/// Returns a description of the arguments.
pub(crate) fn usage() -> String {
    format!(
        "\
cargo bench -p cognito-m2m --features testing,client --bench instructions -- [OPTION | FILTER]

  FILTER            measures only the cases whose names contain this text
  --check [FILTER]  fails if a count is more than {TOLERANCE} % larger than recorded, or not recorded
  --record          writes all counts to the file
  --profile CASE    prints the functions with the most instructions of their own
  --help            prints this text"
    )
}

impl Command {
    /// Parses the arguments after the name of the program.
    ///
    /// # Errors
    ///
    /// Returns the unexpected arguments, and how to use the program.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let arguments: Vec<String> = arguments.into_iter().collect();
        if let [option, case, folder] = &arguments[..]
            && option == "--run"
        {
            let (case, folder) = (case.clone(), folder.clone());
            return Ok(Self::Run { case, folder });
        }
        // `cargo bench` passes `--bench`, and `cargo test` does not.
        let is_bench = arguments.iter().any(|argument| argument == "--bench");
        let arguments = arguments.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments
            .filter(|argument| *argument != "--bench")
            .collect();
        match arguments[..] {
            [] if is_bench => Ok(Self::Print { filter: None }),
            [] | ["--test"] => Ok(Self::Test),
            ["--help"] => Ok(Self::Help),
            ["--check"] => Ok(Self::Check { filter: None }),
            ["--record"] => Ok(Self::Record),
            ["--profile", case] => Ok(Self::Profile {
                case: case.to_owned(),
            }),
            ["--check", filter] if !filter.starts_with('-') => Ok(Self::Check {
                filter: Some(filter.to_owned()),
            }),
            [filter] if !filter.starts_with('-') => Ok(Self::Print {
                filter: Some(filter.to_owned()),
            }),
            _ => {
                let unexpected = arguments.join(" ");
                Err(format!("unexpected arguments: {unexpected}\n\n{}", usage()))
            }
        }
    }
}
