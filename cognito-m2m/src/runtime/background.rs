use std::future::Future;
use std::io;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use tokio::sync::watch;

use super::process::OwnerProcess;
use super::shared_thread::SharedThread;
use super::tasks::Spawner;

/// The background tasks of one owner, a `CognitoAuth` or a `TokenClient`. They end when this is dropped.
///
/// They run on the thread that all owners of the process share. One that blocks delays the tasks of all
/// owners. Nothing else is shared: an owner stops by itself, with its own timeout.
///
/// In a child process that was forked after the start, the thread does not exist. There, tasks are
/// dropped, and nothing waits for the thread.
#[derive(Debug)]
pub(crate) struct Background {
    process: Arc<OwnerProcess>,
    thread: ThreadId,
    tasks: Spawner,
    has_finishing_tasks: AtomicBool,
    stop: Arc<watch::Sender<bool>>,
    stopped: watch::Receiver<bool>,
    /// Receives a message when all tasks have ended, for `drop`, which can't await.
    ended: Mutex<mpsc::Receiver<()>>,
    shutdown_timeout: Duration,
}

impl Background {
    /// Starts the thread, unless it is running.
    ///
    /// When the owner stops, its tasks that have work to finish get up to `shutdown_timeout`.
    pub(crate) fn start(shutdown_timeout: Duration) -> io::Result<Self> {
        let thread = SharedThread::of_this_process()?;
        let id = thread.id();
        let handle = thread.handle().clone();
        let tasks = Spawner::new(handle.clone());
        let (stop, mut stop_requested) = watch::channel(false);
        let (report_stopped, stopped) = watch::channel(false);
        let (report_ended, ended) = mpsc::channel();
        let to_finish = tasks.clone();
        drop(handle.spawn(async move {
            // An error means that the sender was dropped, which ends the tasks too.
            let _ = stop_requested.wait_for(|stop| *stop).await;
            to_finish.finish(shutdown_timeout).await;
            // This task keeps the thread running until the tasks of its owner have ended.
            drop(thread);
            report_stopped.send_replace(true);
            // Fails if the owner was dropped without waiting.
            let _ = report_ended.send(());
        }));
        Ok(Self {
            process: Arc::new(OwnerProcess::current()),
            thread: id,
            tasks,
            has_finishing_tasks: AtomicBool::new(false),
            stop: Arc::new(stop),
            stopped,
            ended: Mutex::new(ended),
            shutdown_timeout,
        })
    }

    /// Returns the process that the thread runs in.
    pub(crate) fn process(&self) -> &Arc<OwnerProcess> {
        &self.process
    }

    /// Returns a handle for tasks that start further tasks.
    pub(crate) fn spawner(&self) -> Spawner {
        self.tasks.clone()
    }

    /// Runs a task until it completes or its owner stops.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if !self.process.has_forked() {
            self.spawner().spawn(task);
        }
    }

    /// Runs a task that can finish its work, unlike a task of [`spawn`](Self::spawn), which is aborted.
    /// When the owner stops, the task's receiver changes to `true`, and the task has up to the shutdown
    /// timeout to complete.
    pub(crate) fn spawn_until_stopped<Task>(&self, task: impl FnOnce(watch::Receiver<bool>) -> Task)
    where
        Task: Future<Output = ()> + Send + 'static,
    {
        self.has_finishing_tasks.store(true, Ordering::Relaxed);
        self.tasks.spawn_finishing(task(self.stop.subscribe()));
    }

    /// Returns `true` once the owner has been asked to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Stops the tasks, and waits up to `timeout` until they have ended.
    pub(crate) async fn stop(&self, timeout: Duration) {
        if self.process.has_forked() {
            return;
        }
        self.stop.send_replace(true);
        let mut stopped = self.stopped.clone();
        let ended = stopped.wait_for(|stopped| *stopped);
        if tokio::time::timeout(timeout, ended).await.is_err() {
            tracing::warn!(?timeout, "the background tasks did not end in time");
        }
    }

    /// Returns `true` if the current thread runs the tasks, so that it can't wait for them.
    fn is_current_thread(&self) -> bool {
        thread::current().id() == self.thread
    }
}

/// Stops the tasks. Waits only for those of [`spawn_until_stopped`](Background::spawn_until_stopped), up
/// to the shutdown timeout. On the background thread, they complete after the drop.
impl Drop for Background {
    fn drop(&mut self) {
        if self.process.is_other() {
            // The drop of the sender takes locks that the thread may have held during the fork.
            mem::forget(Arc::clone(&self.stop));
            return;
        }
        self.stop.send_replace(true);
        if *self.has_finishing_tasks.get_mut() && !self.is_current_thread() {
            let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
            // Fails on timeout, or if the tasks had already ended.
            let _ = ended.recv_timeout(self.shutdown_timeout);
        }
    }
}

#[cfg(test)]
mod tests;
