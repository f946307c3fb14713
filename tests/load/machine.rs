//! The use of the processors, from `/proc`.

use std::fs;
use std::time::Duration;

use super::Failure;

/// The unit of the times in `/proc` is 1/100 s on Linux (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// The time of all processors since the start of the machine.
#[derive(Clone, Copy)]
pub(crate) struct ProcessorTimes {
    busy: u64,
    all: u64,
}

impl ProcessorTimes {
    pub(crate) fn now() -> Result<Self, Failure> {
        let text = fs::read_to_string("/proc/stat")?;
        let line = text.lines().next().unwrap_or_default();
        // user, nice, system, idle, iowait, irq, softirq, steal
        let times: Vec<u64> = line
            .split_whitespace()
            .skip(1)
            .take(8)
            .filter_map(|time| time.parse().ok())
            .collect();
        let all = times.iter().sum();
        let idle: u64 = times.iter().skip(3).take(2).sum();
        Ok(Self {
            busy: all - idle,
            all,
        })
    }

    /// Returns the share of the machine that was in use since an earlier reading.
    pub(crate) fn share_since(self, earlier: Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all).max(1);
        self.busy.saturating_sub(earlier.busy) as f64 / all as f64
    }
}

/// Returns the processor time of a process, or `None` if it has ended.
pub(crate) fn processor_time(id: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name of the program, in parentheses, may contain spaces.
    let (_, fields) = text.rsplit_once(')')?;
    let ticks: u32 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|time| time.parse::<u32>().ok())
        .sum();
    Some(TICK * ticks)
}
