//! The background thread for tasks that must outlive any Actix worker.

use std::future::Future;
use std::io;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A thread with a Tokio runtime. It ends when this handle is dropped.
///
/// In a child process that was forked after the start, the thread does not exist. There, tasks are
/// dropped, and nothing waits for the thread.
#[derive(Debug)]
pub(crate) struct Background {
    process: Arc<OwnerProcess>,
    handle: Handle,
    stop: watch::Sender<bool>,
    stopped: watch::Receiver<bool>,
    finishing: FinishingTasks,
    /// Receives a message when the thread has ended, for `drop`, which can't await.
    ended: Mutex<mpsc::Receiver<()>>,
    shutdown_timeout: Duration,
}

/// The tasks that have work to finish at shutdown.
///
/// Locked to add a task and at shutdown, never while a request is served.
type FinishingTasks = Arc<Mutex<Vec<JoinHandle<()>>>>;

impl Background {
    /// Starts the thread.
    ///
    /// At shutdown, the thread waits up to `shutdown_timeout` for tasks that have work to finish.
    pub(crate) fn start(shutdown_timeout: Duration) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stop_requested) = watch::channel(false);
        let (report_stopped, stopped) = watch::channel(false);
        let (report_ended, ended) = mpsc::channel();
        let finishing = FinishingTasks::default();
        let to_finish = Arc::clone(&finishing);
        std::thread::Builder::new()
            .name("cognito-m2m".to_owned())
            .spawn(move || {
                run(runtime, stop_requested, &to_finish, shutdown_timeout);
                report_stopped.send_replace(true);
                // Fails if the handle was dropped without waiting.
                let _ = report_ended.send(());
            })?;
        Ok(Self {
            process: Arc::new(OwnerProcess::current()),
            handle,
            stop,
            stopped,
            finishing,
            ended: Mutex::new(ended),
            shutdown_timeout,
        })
    }

    /// Returns the process that the thread runs in.
    pub(crate) fn process(&self) -> &Arc<OwnerProcess> {
        &self.process
    }

    /// Runs a task until it completes or the thread ends.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if !self.process.has_forked() {
            drop(self.handle.spawn(task));
        }
    }

    /// Runs a task that can finish its work at shutdown, unlike a task of [`spawn`](Self::spawn),
    /// which is aborted. At shutdown, the task's receiver changes to `true`, and the thread waits
    /// up to the shutdown timeout for the task to complete.
    pub(crate) fn spawn_until_stopped<Task>(&self, task: impl FnOnce(watch::Receiver<bool>) -> Task)
    where
        Task: Future<Output = ()> + Send + 'static,
    {
        let running = self.handle.spawn(task(self.stop.subscribe()));
        lock(&self.finishing).push(running);
    }

    /// Returns `true` once the thread has been asked to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Stops the thread, and waits up to `timeout` until it has ended.
    pub(crate) async fn stop(&self, timeout: Duration) {
        if self.process.has_forked() {
            return;
        }
        self.stop.send_replace(true);
        let mut stopped = self.stopped.clone();
        let ended = stopped.wait_for(|stopped| *stopped);
        if tokio::time::timeout(timeout, ended).await.is_err() {
            tracing::warn!(?timeout, "the background thread did not end in time");
        }
    }
}

/// Stops the thread. Waits only for tasks of [`spawn_until_stopped`](Self::spawn_until_stopped), up
/// to the shutdown timeout.
impl Drop for Background {
    fn drop(&mut self) {
        if self.process.is_other() || lock(&self.finishing).is_empty() {
            return;
        }
        self.stop.send_replace(true);
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Fails on timeout, or if the thread has panicked.
        let _ = ended.recv_timeout(self.shutdown_timeout);
    }
}

/// The process that a background thread runs in.
///
/// A fork (`daemonize`, a pre-forking server) copies the memory of a process, but of its threads
/// only the one that forks. In the child process, code that waits for another thread never
/// continues.
///
/// The checks are system calls, so they belong where something would wait for the thread, and not
/// on the path of every request.
#[derive(Debug)]
pub(crate) struct OwnerProcess {
    id: u32,
    is_reported: AtomicBool,
}

impl OwnerProcess {
    pub(crate) fn current() -> Self {
        Self {
            id: process::id(),
            is_reported: AtomicBool::new(false),
        }
    }

    /// Returns `true` in a child process that was forked after the thread was started. The first
    /// call that returns `true` logs an error.
    pub(crate) fn has_forked(&self) -> bool {
        let has_forked = self.is_other();
        if has_forked && !self.is_reported.swap(true, Ordering::Relaxed) {
            tracing::error!(
                built_in_process = self.id,
                process = process::id(),
                "the process has forked since the background thread was started, and the thread does not exist in the child: build `CognitoAuth` and `TokenClient` after the fork"
            );
        }
        has_forked
    }

    fn is_other(&self) -> bool {
        process::id() != self.id
    }
}

/// Runs the tasks until shutdown is requested or the handle is dropped.
fn run(
    runtime: Runtime,
    mut stop_requested: watch::Receiver<bool>,
    finishing: &FinishingTasks,
    shutdown_timeout: Duration,
) {
    // An error means that the handle was dropped, which ends the thread too.
    let _ = runtime.block_on(stop_requested.wait_for(|stop| *stop));
    let tasks = std::mem::take(&mut *lock(finishing));
    runtime.block_on(finish(tasks, shutdown_timeout));
    runtime.shutdown_background();
}

async fn finish(tasks: Vec<JoinHandle<()>>, timeout: Duration) {
    let all = async {
        for task in tasks {
            // A task that has panicked has nothing left to finish.
            let _ = task.await;
        }
    };
    if tokio::time::timeout(timeout, all).await.is_err() {
        tracing::warn!(?timeout, "background tasks did not finish in time");
    }
}

fn lock(tasks: &FinishingTasks) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
    tasks.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;
    use std::time::Instant;

    use super::*;

    /// Returns a background thread as a forked child process sees it, with another process ID and a
    /// finishing task that never ends.
    fn forked() -> Background {
        let mut background = Background::start(Duration::from_secs(600)).unwrap();
        background.spawn_until_stopped(|_| std::future::pending());
        background.process = Arc::new(OwnerProcess {
            id: process::id().wrapping_add(1),
            is_reported: AtomicBool::new(false),
        });
        background
    }

    #[test]
    fn process_has_not_forked_by_itself() {
        assert!(!OwnerProcess::current().has_forked());
    }

    #[tokio::test]
    async fn nothing_waits_for_the_thread_after_a_fork() {
        let begin = Instant::now();
        let background = forked();
        background.stop(Duration::from_secs(600)).await;
        drop(background);
        assert!(begin.elapsed() < Duration::from_secs(300));
    }

    #[test]
    fn tasks_are_dropped_after_a_fork() {
        struct CountDrops(Arc<AtomicU32>);

        impl Drop for CountDrops {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }

        let background = forked();
        let drops = Arc::new(AtomicU32::new(0));
        let task = CountDrops(Arc::clone(&drops));
        background.spawn(async move {
            let _task = task;
            std::future::pending::<()>().await;
        });
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    }
}
