//! The background thread for tasks that must outlive any Actix worker.

use std::future::Future;
use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A thread with a Tokio runtime. It ends when this handle is dropped.
#[derive(Debug)]
pub(crate) struct Background {
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
            handle,
            stop,
            stopped,
            finishing,
            ended: Mutex::new(ended),
            shutdown_timeout,
        })
    }

    /// Runs a task until it completes or the thread ends.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(task));
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

    /// Returns `true` once the thread has been told to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Stops the thread, and waits up to `timeout` until it has ended.
    pub(crate) async fn stop(&self, timeout: Duration) {
        self.stop.send_replace(true);
        let mut stopped = self.stopped.clone();
        let ended = stopped.wait_for(|stopped| *stopped);
        if tokio::time::timeout(timeout, ended).await.is_err() {
            tracing::warn!(patience = ?timeout, "the background thread did not end in time");
        }
    }
}

/// Stops the thread. Waits only for tasks of [`spawn_until_stopped`](Self::spawn_until_stopped), up
/// to the shutdown timeout.
impl Drop for Background {
    fn drop(&mut self) {
        if lock(&self.finishing).is_empty() {
            return;
        }
        self.stop.send_replace(true);
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Fails on timeout, or if the thread has panicked.
        let _ = ended.recv_timeout(self.shutdown_timeout);
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
        tracing::warn!(patience = ?timeout, "background tasks did not finish in time");
    }
}

fn lock(tasks: &FinishingTasks) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
    tasks.lock().unwrap_or_else(PoisonError::into_inner)
}
