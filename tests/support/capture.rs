use std::sync::{Arc, Mutex, PoisonError};
use std::{env, io};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::process::{assert_passed, command_of};

/// Set in a process that runs one test.
const ALONE: &str = "TEST_RUNS_ALONE";

/// Everything that this process logs, down to TRACE.
#[derive(Clone, Debug, Default)]
pub struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl CapturedLog {
    /// Captures in a process that runs `test`, the calling test, alone: what captures is there for
    /// a whole process, and other tests would write into the log.
    ///
    /// `None` in a process that is shared: there the test has passed already, in one of its own.
    ///
    /// # Panics
    ///
    /// When something captures already, or the test fails in its own process.
    #[must_use]
    pub fn alone<T: Fn()>(test: T) -> Option<Self> {
        if env::var_os(ALONE).is_some() || env::var_os("NEXTEST").is_some() {
            return Some(Self::start());
        }
        let run = command_of(&test).env(ALONE, "yes").output();
        assert_passed(&run.expect("the program of the tests can be started again"));
        None
    }

    /// Captures in this process, which runs nothing else.
    ///
    /// # Panics
    ///
    /// When something captures already.
    #[must_use]
    pub fn start() -> Self {
        let log = Self::default();
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(log.clone())
            .finish()
            .init();
        log
    }

    /// What has been logged so far.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The lines that hold `part`.
    #[must_use]
    pub fn lines_with(&self, part: &str) -> Vec<String> {
        let text = self.text();
        text.lines()
            .filter(|line| line.contains(part))
            .map(str::to_owned)
            .collect()
    }
}

impl io::Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for CapturedLog {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}
