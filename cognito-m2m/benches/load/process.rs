use std::fs;
use std::ops::Sub;
use std::time::Duration;

/// The number of clock ticks per second in `/proc`, on every architecture that Linux supports today
/// (`USER_HZ`).
const TICKS_PER_SECOND: u64 = 100;

/// The CPU time of a process, including threads that have ended.
///
/// Linux measures the sum in nanoseconds, but usually splits it into user and system time by a sample at
/// each timer interrupt. The file has both in ticks of 10 ms.
#[derive(Clone, Copy)]
pub(crate) struct CpuTime {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
}

impl CpuTime {
    /// Reads fields 14 and 15 of `/proc/<pid>/stat` (`proc_pid_stat(5)`).
    pub(crate) fn of(pid: u32) -> Self {
        let stat = read(pid, "stat");
        let (_, fields) = stat
            .rsplit_once(") ")
            .expect("the process name is in parentheses");
        let mut times = fields.split(' ').skip(11).map(|ticks| {
            let ticks: u64 = ticks.parse().expect("the field is a number");
            Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)
        });
        let mut time = || times.next().expect("the file has the field");
        Self {
            user: time(),
            system: time(),
        }
    }
}

impl Sub for CpuTime {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
        }
    }
}

/// The resident memory of a process, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) now: f64,
    pub(crate) peak: f64,
}

impl Memory {
    /// Reads `VmRSS` and `VmHWM` of `/proc/<pid>/status` (`proc_pid_status(5)`).
    pub(crate) fn of(pid: u32) -> Self {
        let status = read(pid, "status");
        let bytes = |name: &str| -> f64 {
            let (_, value) = status.split_once(name).expect("the file has the field");
            let kibibytes = value.split_whitespace().next();
            let kibibytes: Option<f64> = kibibytes.and_then(|text| text.parse().ok());
            1024.0 * kibibytes.expect("the field is a number")
        };
        Self {
            now: bytes("VmRSS:"),
            peak: bytes("VmHWM:"),
        }
    }
}

fn read(pid: u32, file: &str) -> String {
    fs::read_to_string(format!("/proc/{pid}/{file}")).expect("the server is running on Linux")
}
