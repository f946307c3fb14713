use std::fmt;

use crate::measurement::{Measurement, Spread};
use crate::process::Memory;
use crate::scenarios::{Goal, Scenario};

/// The measurements of a scenario.
pub(crate) struct Results {
    pub(crate) scenario: &'static Scenario,
    pub(crate) rounds: Vec<Measurement>,
    pub(crate) memory: Memory,
}

/// Two Markdown tables: the medians, and their comparison with the bare server.
pub(crate) struct Report<'a>(pub(crate) &'a [Results]);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounds = self.0.first().map_or(0, |it| it.rounds.len());
        writeln!(
            f,
            "\nMedians of {rounds} rounds. Times are in µs, CPU times are per request, memory is in MiB.\n"
        )?;
        writeln!(
            f,
            "| scenario | requests/s | p50 | p99 | user CPU | system CPU | use of the core | memory | peak |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        )?;
        for results in self.0 {
            results.write_medians(f)?;
        }
        writeln!(
            f,
            "\nCompared with the bare server in the same round: median ± standard error (middle half of the rounds).\n"
        )?;
        writeln!(
            f,
            "| scenario | throughput | goal | user CPU | goal | user and system CPU |\n| --- | ---: | ---: | ---: | ---: | ---: |"
        )?;
        for results in self.0 {
            let baseline = results.scenario.baseline();
            let baseline = self.0.iter().find(|it| it.scenario.name == baseline.name);
            match baseline {
                Some(baseline) if baseline.scenario.name != results.scenario.name => {
                    results.write_comparison(baseline, f)?;
                }
                _ => {}
            }
        }
        let waited = self.0.iter().filter(|it| it.waited());
        let waited: Vec<_> = waited.map(|it| it.scenario.text).collect();
        if !waited.is_empty() {
            let waited = waited.join("; ");
            writeln!(
                f,
                "\nThese servers used less than 95 % of their core, so their throughput was limited by something else: {waited}."
            )?;
        }
        Ok(())
    }
}

impl Results {
    fn median(&self, value: impl Fn(&Measurement) -> f64) -> f64 {
        Spread::of(self.rounds.iter().map(value)).median
    }

    /// Returns whether the server did not use its whole core.
    fn waited(&self) -> bool {
        self.median(|round| round.core) < 0.95
    }

    fn write_medians(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: f64 = 1024.0 * 1024.0;
        writeln!(
            f,
            "| {} | {:.0} | {:.0} | {:.0} | {:.2} | {:.2} | {:.0} % | {:.1} | {:.1} |",
            self.scenario.text,
            self.median(|round| round.requests_per_second),
            self.median(|round| round.p50),
            self.median(|round| round.p99),
            self.median(|round| round.user),
            self.median(|round| round.system),
            100.0 * self.median(|round| round.core),
            self.memory.now / MIB,
            self.memory.peak / MIB,
        )
    }

    /// Compares each round with the same round of the bare server.
    fn compare(
        &self,
        baseline: &Self,
        compare: impl Fn(&Measurement, &Measurement) -> f64,
    ) -> Spread {
        let rounds = self.rounds.iter().zip(&baseline.rounds);
        Spread::of(rounds.map(|(round, bare)| compare(round, bare)))
    }

    fn write_comparison(&self, baseline: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let throughput = self.compare(baseline, |round, bare| {
            100.0 * round.requests_per_second / bare.requests_per_second
        });
        let user = self.compare(baseline, |round, bare| round.user - bare.user);
        let cpu = self.compare(baseline, |round, bare| round.cpu() - bare.cpu());
        let goal = |text: fn(Goal) -> String| self.scenario.goal.map(text).unwrap_or_default();
        writeln!(
            f,
            "| {} | {} | {} | {} | {} | {} |",
            self.scenario.text,
            share(throughput),
            goal(|goal| format!("≥ {:.0} %", 100.0 * goal.throughput)),
            difference(user),
            goal(|goal| format!("≤ +{:.2}", goal.user_microseconds)),
            difference(cpu),
        )
    }
}

fn share(spread: Spread) -> String {
    let Spread {
        lower,
        median,
        upper,
        error,
    } = spread;
    format!("{median:.1} % ± {error:.1} ({lower:.1} to {upper:.1})")
}

fn difference(spread: Spread) -> String {
    let Spread {
        lower,
        median,
        upper,
        error,
    } = spread;
    format!("{median:+.2} ± {error:.2} ({lower:+.2} to {upper:+.2})")
}
