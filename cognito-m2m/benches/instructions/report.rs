use crate::comparison::{Findings, TOLERANCE, change};
use crate::goals::{Figure, figures};
use crate::recorded::Counts;

/// The number of functions that a profile lists.
const FUNCTIONS: usize = 40;

/// Prints the counts beside the recorded ones, and the figures that have goals.
pub(crate) fn print(counts: &Counts, recorded: Option<&Counts>) {
    for (name, value) in &counts.versions {
        println!("{name}: {value}");
    }
    println!(
        "\n{:<32}{:>12}{:>12}{:>9}",
        "case", "instructions", "recorded", "change"
    );
    for (case, count) in &counts.cases {
        match recorded.and_then(|recorded| recorded.count(case)) {
            Some(before) => {
                let change = change(before, *count);
                println!("{case:<32}{count:>12}{before:>12}{change:>+7.1} %");
            }
            None => println!("{case:<32}{count:>12}{:>12}", "-"),
        }
    }
    let figures = figures(counts);
    if !figures.is_empty() {
        println!("\n{:<56}{:>8}{:>10}", "figure", "found", "goal");
    }
    for (name, figure) in figures {
        match figure {
            Figure::Difference { measured, limit } => {
                let missed = missed(measured > limit);
                println!(
                    "{name:<56}{measured:>8}{:>10}{missed}",
                    format!("<= {limit}")
                );
            }
            Figure::Ratio { measured, limit } => {
                let missed = missed(measured > limit);
                println!(
                    "{name:<56}{measured:>8.3}{:>10}{missed}",
                    format!("<= {limit}")
                );
            }
        }
    }
}

fn missed(is_missed: bool) -> &'static str {
    if is_missed { "  missed" } else { "" }
}

/// Prints what a comparison with the recorded counts has found.
pub(crate) fn print_findings(findings: &Findings) {
    if !findings.hints.is_empty() {
        println!("\nThese counts have shrunk. Record them with `-- --record`:");
        for hint in &findings.hints {
            println!("  {hint}");
        }
    }
    if findings.failures.is_empty() {
        println!("\nNo count has grown by more than {TOLERANCE} %.");
        return;
    }
    println!("\nFAILED: these counts have grown by more than {TOLERANCE} %, or are not recorded:");
    for failure in &findings.failures {
        println!("  {failure}");
    }
    println!("If that is intended, record them with `-- --record` and commit the file.");
}

/// Prints the functions with the most instructions per operation.
pub(crate) fn print_functions(functions: &[(String, u64)], iterations: u32) {
    let total: u64 = functions.iter().map(|(_, cost)| cost).sum();
    let per_operation = |cost: u64| cost as f64 / f64::from(iterations);
    println!(
        "{:>12} instructions per operation, of which",
        per_operation(total)
    );
    for (name, cost) in functions.iter().take(FUNCTIONS) {
        let share = 100.0 * *cost as f64 / total as f64;
        println!("{:>12.1} {share:>5.1} %  {name}", per_operation(*cost));
    }
}
