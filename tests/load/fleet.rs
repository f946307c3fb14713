//! The processes that record activity.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;

use super::Failure;
use super::instance::{FAILURE, InstanceTask, READY, REQUESTS, TIMEOUT};
use super::machine::processor_time;

/// The maximum number of processes that start at the same time.
const MAX_STARTING: u64 = 8;

/// The maximum time in which all processes start, and in which they end.
const TIMEOUT_OF_ALL: Duration = Duration::from_secs(300);

/// What the processes have reported so far.
#[derive(Default)]
pub(crate) struct Reported {
    ready: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) timeouts: AtomicU64,
    pub(crate) failures: AtomicU64,
    first_failure: Mutex<Option<String>>,
}

/// A process. It ends when its input is closed.
struct Process {
    child: Child,
    input: Option<ChildStdin>,
    /// Set when the output of the process ends.
    has_ended: Arc<AtomicBool>,
}

pub(crate) struct Fleet {
    task: InstanceTask,
    reported: Arc<Reported>,
    running: Vec<Process>,
    stopping: Vec<Process>,
}

impl Fleet {
    /// Starts the processes, and waits until all of them record activity.
    pub(crate) async fn start(task: InstanceTask, processes: u32) -> Result<Self, Failure> {
        let mut fleet = Self {
            task,
            reported: Arc::default(),
            running: Vec::new(),
            stopping: Vec::new(),
        };
        let begin = Instant::now();
        for number in 1..=u64::from(processes) {
            let process = fleet.start_process()?;
            fleet.running.push(process);
            while fleet.reported.ready.load(Ordering::Relaxed) + MAX_STARTING <= number {
                fleet.check(begin)?;
                sleep(Duration::from_millis(5)).await;
            }
        }
        while fleet.reported.ready.load(Ordering::Relaxed) < u64::from(processes) {
            fleet.check(begin)?;
            sleep(Duration::from_millis(5)).await;
        }
        Ok(fleet)
    }

    pub(crate) fn reported(&self) -> &Reported {
        &self.reported
    }

    pub(crate) fn processes(&self) -> usize {
        self.running.len()
    }

    /// Starts a new process in place of a running one, which ends at the same time, as in a rolling
    /// deploy.
    pub(crate) fn replace(&mut self, position: usize) -> Result<(), Failure> {
        let new = self.start_process()?;
        let mut old = std::mem::replace(&mut self.running[position], new);
        old.input = None;
        self.stopping.push(old);
        Ok(())
    }

    /// Returns the processor time that the running processes have used.
    pub(crate) fn processor_time(&self) -> Duration {
        let ids = self.running.iter().chain(&self.stopping);
        ids.filter_map(|process| processor_time(process.child.id()))
            .sum()
    }

    /// Ends all processes, and waits for them. Prints the first failure that one has reported.
    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        self.stopping.append(&mut self.running);
        for process in &mut self.stopping {
            process.input = None;
        }
        let begin = Instant::now();
        while !self.stopping.iter().all(Process::has_ended) {
            if begin.elapsed() > TIMEOUT_OF_ALL {
                return Err("some processes did not end".into());
            }
            sleep(Duration::from_millis(20)).await;
        }
        let failure = &self.reported.first_failure;
        let failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = &*failure {
            eprintln!("the first failure: {failure}");
        }
        Ok(())
    }

    fn start_process(&self) -> Result<Process, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(self.task.to_arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or("no output")?;
        let has_ended = Arc::new(AtomicBool::new(false));
        let (reported, ended) = (Arc::clone(&self.reported), Arc::clone(&has_ended));
        thread::Builder::new()
            .stack_size(64 * 1024)
            .spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    reported.add(&line);
                }
                ended.store(true, Ordering::Relaxed);
            })?;
        Ok(Process {
            child,
            input,
            has_ended,
        })
    }

    /// Fails if a process has ended, or if the start takes too long.
    fn check(&self, begin: Instant) -> Result<(), Failure> {
        if self.running.iter().any(Process::has_ended) || begin.elapsed() > TIMEOUT_OF_ALL {
            return Err("some processes did not start".into());
        }
        Ok(())
    }
}

impl Process {
    fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Relaxed)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.has_ended() {
            // Fails if the process has ended.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Reported {
    fn add(&self, line: &str) {
        if line == READY {
            self.ready.fetch_add(1, Ordering::Relaxed);
        } else if line == TIMEOUT {
            self.timeouts.fetch_add(1, Ordering::Relaxed);
        } else if let Some(requests) = line.strip_prefix(REQUESTS) {
            let requests = requests.parse().unwrap_or_default();
            self.requests.fetch_add(requests, Ordering::Relaxed);
        } else if let Some(failure) = line.strip_prefix(FAILURE) {
            self.failures.fetch_add(1, Ordering::Relaxed);
            let first = &self.first_failure;
            let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert_with(|| failure.to_owned());
        }
    }
}
