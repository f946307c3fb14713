use std::fs;
use std::process::Command;

/// The processor cores of the servers and of the load generator.
pub(crate) enum Cores {
    Separate {
        server: usize,
        generator: usize,
    },
    /// The operating system chooses them, for this reason.
    Shared(&'static str),
}

impl Cores {
    /// Chooses the last core that this process may use for the servers and the first one for the generator.
    pub(crate) fn choose() -> Self {
        if Command::new("taskset").arg("--version").output().is_err() {
            return Self::Shared("`taskset` of util-linux is not installed");
        }
        match allowed().as_slice() {
            [generator, .., server] => Self::Separate {
                server: *server,
                generator: *generator,
            },
            _ => Self::Shared("there is only one core"),
        }
    }

    /// Returns a command that runs a program on the servers' core.
    pub(crate) fn server_command(&self, program: &str) -> Command {
        match self {
            Self::Separate { server, .. } => {
                let mut command = Command::new("taskset");
                command.args(["--cpu-list", &server.to_string(), program]);
                command
            }
            Self::Shared(_) => Command::new(program),
        }
    }

    /// Moves the main thread, and threads that it starts later, to the generator's core.
    pub(crate) fn move_generator(&self) {
        if let Self::Separate { generator, .. } = self {
            let thread = std::process::id().to_string();
            let moved = Command::new("taskset")
                .args(["--pid", "--cpu-list", &generator.to_string(), &thread])
                .output()
                .expect("`taskset` runs");
            assert!(moved.status.success(), "`taskset` fails");
        }
    }
}

impl std::fmt::Display for Cores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Separate { server, generator } => write!(
                f,
                "the servers on core {server}, the load generator on core {generator}"
            ),
            Self::Shared(reason) => write!(f, "servers and load generator on any core: {reason}"),
        }
    }
}

/// Returns the cores that this process may use, from a list like `0-2,5`.
fn allowed() -> Vec<usize> {
    let status = fs::read_to_string("/proc/self/status").expect("the system is Linux");
    let (_, list) = status
        .split_once("Cpus_allowed_list:")
        .expect("the file has the field");
    let list = list.lines().next().unwrap_or_default().trim();
    let ranges = list.split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse().ok()?..=last.parse().ok()?)
    });
    ranges.flatten().collect()
}
