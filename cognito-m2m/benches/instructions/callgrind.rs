//! The output file of callgrind, in the format of valgrind's manual ("Callgrind Format Specification").

use std::collections::HashMap;

/// Returns the number of collected instructions.
///
/// # Errors
///
/// Returns what is wrong with the output.
pub(crate) fn total(output: &str) -> Result<u64, String> {
    let events = value(output, "events:").unwrap_or_default();
    if events.split_whitespace().next() != Some("Ir") {
        return Err(format!("expected `events: Ir`, found {events:?}"));
    }
    let totals = value(output, "totals:").ok_or("the output has no `totals:`")?;
    let total = totals.split_whitespace().next().unwrap_or_default();
    total
        .parse()
        .map_err(|_| format!("expected a number of instructions, found {total:?}"))
}

fn value<'a>(output: &'a str, name: &str) -> Option<&'a str> {
    output
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .map(str::trim)
}

/// Returns the functions with their own instructions, without those of their callees, most first.
pub(crate) fn functions(output: &str) -> Vec<(String, u64)> {
    let mut names = HashMap::new();
    let mut costs = HashMap::<&str, u64>::new();
    let mut function = "";
    let mut is_inclusive = false;
    for line in output.lines() {
        if let Some(reference) = line.strip_prefix("fn=") {
            function = resolve(&mut names, reference);
        } else if let Some(reference) = line.strip_prefix("cfn=") {
            resolve(&mut names, reference);
        } else if line.starts_with("calls=") {
            // The next line has the costs of the callee.
            is_inclusive = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            let cost = line.split_whitespace().nth(1);
            let cost = cost.and_then(|cost| cost.parse().ok()).unwrap_or(0);
            if !std::mem::take(&mut is_inclusive) {
                *costs.entry(function).or_default() += cost;
            }
        }
    }
    let mut functions: Vec<_> = costs
        .into_iter()
        .map(|(name, cost)| (name.to_owned(), cost))
        .collect();
    functions.sort_by(|(name, cost), (other_name, other_cost)| {
        other_cost.cmp(cost).then_with(|| name.cmp(other_name))
    });
    functions
}

/// Returns the name of a function, from `(1) name`, which defines the number, or from `(1)`.
fn resolve<'a>(names: &mut HashMap<&'a str, &'a str>, reference: &'a str) -> &'a str {
    match reference.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(reference).copied().unwrap_or(reference),
    }
}
