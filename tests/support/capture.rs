use std::sync::{Arc, Mutex, PoisonError};
use std::{env, io};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::process::{assert_passed, command_of};

/// The environment variable that is set in a process that runs one test.
const ALONE: &str = "TEST_RUNS_ALONE";

/// All log output of this process, down to `TRACE`.
#[derive(Clone, Debug, Default)]
pub struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl CapturedLog {
    /// Captures the log in a process that runs only `test`, which is the calling test. The
    /// subscriber applies to a whole process, so other tests would write into the log too.
    ///
    /// Returns `None` in a process that several tests share. In that case the test has already
    /// passed in a separate process, and the caller returns.
    ///
    /// # Panics
    ///
    /// Panics if a subscriber is already installed, or if the test fails in the separate process.
    #[must_use]
    pub fn alone<T: Fn()>(test: T) -> Option<Self> {
        if env::var_os(ALONE).is_some() || env::var_os("NEXTEST").is_some() {
            return Some(Self::start());
        }
        let run = command_of(&test).env(ALONE, "yes").output();
        assert_passed(&run.expect("the test program starts again"));
        None
    }

    /// Captures the log of this process, which must not run another test.
    ///
    /// # Panics
    ///
    /// Panics if a subscriber is already installed.
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

    /// Returns the log so far.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Returns the lines that contain `part`.
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
