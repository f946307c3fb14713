//! Compiles programs with mistakes, and compares the outputs of rustc with the recorded ones.
//!
//! A recorded output contains only what rustc prints about the program. Notes about other files would
//! change with every edit of the runtime crate, and differ between machines with and without the
//! sources of the standard library.

mod cases;

pub(crate) use cases::Cases;

/// Returns the diagnostics in an output of rustc, without the notes that point to other files.
fn normalize(output: &str) -> String {
    let diagnostics: Vec<_> = output
        .split("\n\n")
        .map(str::trim_end)
        .filter(|diagnostic| !is_summary(diagnostic))
        .map(normalize_diagnostic)
        .collect();
    diagnostics.join("\n")
}

/// Returns the message and the location of each error without a code.
///
/// The errors of macros have no code.
fn errors(normalized: &str) -> Vec<String> {
    let diagnostics = normalized.split("\n\n");
    let errors = diagnostics.filter(|diagnostic| diagnostic.starts_with("error: "));
    errors
        .map(|error| error.lines().take(2).collect())
        .collect()
}

/// Returns `true` for the lines at the end, which count and explain the errors.
fn is_summary(diagnostic: &str) -> bool {
    let starts = [
        "error: aborting due to ",
        "Some errors have detailed explanations: ",
        "For more information about ",
    ];
    diagnostic.is_empty() || starts.iter().any(|start| diagnostic.starts_with(start))
}

fn normalize_diagnostic(diagnostic: &str) -> String {
    let mut lines: Vec<_> = parts(diagnostic)
        .into_iter()
        .enumerate()
        // The first part is the error itself. It stays, because a wrong location must be seen.
        .filter(|(position, part)| *position == 0 || !points_to_other_file(part))
        .flat_map(|(_, part)| part)
        .filter(|line| !names_file_of_long_type(line))
        .collect();
    // An empty line separates the error from its notes.
    lines.pop_if(|line| line.trim() == "|");
    // The column of line numbers is as wide as the longest number, which may be in a removed note.
    let width = diagnostic.lines().find_map(|line| line.find("--> "));
    let width = width.unwrap_or_default();
    let numbers = lines.iter().filter_map(|line| line_number(line, width));
    let needed = numbers.map(str::len).max().unwrap_or_default();
    let shortened = lines.iter().map(|line| match line_number(line, width) {
        Some(number) => format!("{number:<needed$}{}\n", &line[width..]),
        None => format!("{line}\n"),
    });
    shortened.collect()
}

/// Splits a diagnostic into the error and its notes. Each begins with a line such as `note: ..`.
fn parts(diagnostic: &str) -> Vec<Vec<&str>> {
    let mut parts: Vec<Vec<_>> = Vec::new();
    for line in diagnostic.lines() {
        match parts.last_mut() {
            Some(part) if !line.starts_with(char::is_alphabetic) => part.push(line),
            _ => parts.push(vec![line]),
        }
    }
    parts
}

fn points_to_other_file(part: &[&str]) -> bool {
    let mut locations = part.iter().filter_map(|line| line.split_once("--> "));
    locations.any(|(_, location)| !location.starts_with("tests/ui"))
}

/// Returns `true` for the lines that name the file to which rustc wrote the full name of a type.
fn names_file_of_long_type(line: &str) -> bool {
    line.contains("= note: the full name for the type has been written to ")
        || line.contains("= note: consider using `--verbose` to print the full type name")
}

/// Returns the content of the column of line numbers, which may be empty, or `None` for a line
/// without this column.
fn line_number(line: &str, width: usize) -> Option<&str> {
    let column = line.get(..width)?;
    let is_number = |c: char| c == ' ' || c.is_ascii_digit();
    column.chars().all(is_number).then(|| column.trim_end())
}
