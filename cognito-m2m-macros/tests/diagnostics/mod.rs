//! The form in which outputs of rustc are compared.
//!
//! It is the same on every machine. It has line numbers for the compiled case only, so that the
//! recorded outputs don't change with every edit of the runtime crate.

/// The folder of this package, as rustc prints it.
pub(crate) const FOLDER: &str = "cognito-m2m-macros/";

/// Returns the diagnostics in an output of rustc, in a form that can be compared.
pub(crate) fn normalize(output: &str) -> String {
    let diagnostics = output.split("\n\n").map(str::trim_end);
    let diagnostics: Vec<_> = diagnostics
        .filter(|diagnostic| !is_summary(diagnostic))
        .map(normalize_diagnostic)
        .collect();
    diagnostics.join("\n")
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
    let width = diagnostic.lines().find_map(|line| line.find("--> "));
    let mut is_outside = false;
    let mut lines = Vec::new();
    for line in diagnostic.lines() {
        let Some((number, rest)) = split_gutter(line, width.unwrap_or_default()) else {
            is_outside = false;
            lines.push((None, line.to_owned()));
            continue;
        };
        let mut rest = rest.to_owned();
        if let Some(location) = rest.strip_prefix("--> ").or(rest.strip_prefix("::: ")) {
            let inside = location.strip_prefix(FOLDER).map(str::to_owned);
            is_outside = inside.is_none();
            let shortened = inside.unwrap_or_else(|| shorten_outside(location));
            rest = rest.replace(location, &shortened);
        }
        let number = if is_outside { "" } else { number };
        lines.push((Some(number), rest));
    }
    // The gutter is as wide as the longest line number, which may have been removed.
    let numbers = lines.iter().filter_map(|(number, _)| *number);
    let width = numbers.map(str::len).max().unwrap_or_default();
    let lines = lines.into_iter().map(|(number, rest)| match number {
        Some(number) => format!("{number:<width$}{rest}\n"),
        None => format!("{rest}\n"),
    });
    lines.collect()
}

/// Splits a line of a diagnostic after the column of the line numbers.
fn split_gutter(line: &str, width: usize) -> Option<(&str, &str)> {
    let (gutter, rest) = line.split_at_checked(width)?;
    let is_gutter = |c: char| c == ' ' || c.is_ascii_digit();
    (width > 0 && gutter.chars().all(is_gutter)).then(|| (gutter.trim(), rest))
}

/// Returns the path in `path:line:column`, from the workspace or from the standard library.
fn shorten_outside(location: &str) -> String {
    let path = location.split(':').next().unwrap_or_default();
    match path.split_once("/library/") {
        Some((_, path)) => format!("$RUST/{path}"),
        None => format!("$WORKSPACE/{path}"),
    }
}
