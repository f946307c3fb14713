//! The one thread that this crate owns: what runs in the background outlives every Actix worker.

use std::future::Future;
use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A Tokio runtime on a thread of its own; it ends with the last handle.
#[derive(Debug)]
pub(crate) struct Background {
    handle: Handle,
    stop: watch::Sender<bool>,
    stopped: watch::Receiver<bool>,
    /// Tasks that have something to bring to an end. Locked to add one and at the end, never while
    /// somebody serves a request.
    finishing: Arc<Mutex<Vec<JoinHandle<()>>>>,
    /// Tells the last drop, which can't await, that the thread has ended.
    ended: Mutex<mpsc::Receiver<()>>,
    patience: Duration,
}

impl Background {
    /// What has to be finished at the end gets as long as `patience`.
    pub(crate) fn start(patience: Duration) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, mut stop_requested) = watch::channel(false);
        let (report_stopped, stopped) = watch::channel(false);
        let (report_ended, ended) = mpsc::channel();
        let finishing = Arc::new(Mutex::new(Vec::<JoinHandle<()>>::new()));
        let to_finish = Arc::clone(&finishing);
        std::thread::Builder::new()
            .name("cognito-m2m".to_owned())
            .spawn(move || {
                // An error means that the sender is gone, and then nobody needs the thread either.
                let _ = runtime.block_on(stop_requested.wait_for(|stop| *stop));
                let tasks =
                    std::mem::take(&mut *to_finish.lock().unwrap_or_else(PoisonError::into_inner));
                runtime.block_on(finish(tasks, patience));
                runtime.shutdown_background();
                report_stopped.send_replace(true);
                // Nobody may be there to hear it.
                let _ = report_ended.send(());
            })?;
        Ok(Self {
            handle,
            stop,
            stopped,
            finishing,
            ended: Mutex::new(ended),
            patience,
        })
    }

    /// Runs a task until it ends or the runtime does.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(task));
    }

    /// Runs a task that is told when the runtime stops, and then has time to finish.
    pub(crate) fn spawn_until_stopped<Task>(&self, task: impl FnOnce(watch::Receiver<bool>) -> Task)
    where
        Task: Future<Output = ()> + Send + 'static,
    {
        let running = self.handle.spawn(task(self.stop.subscribe()));
        let mut finishing = self
            .finishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        finishing.push(running);
    }

    /// Ends the tasks, and waits for that at most `patience`.
    pub(crate) async fn stop(&self, patience: Duration) {
        self.stop.send_replace(true);
        let mut stopped = self.stopped.clone();
        let ended = stopped.wait_for(|stopped| *stopped);
        if tokio::time::timeout(patience, ended).await.is_err() {
            tracing::warn!(?patience, "the background thread did not end in time");
        }
    }
}

/// The last drop waits for what has to be finished, and only if there is something.
impl Drop for Background {
    fn drop(&mut self) {
        let is_done = self
            .finishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty();
        if is_done {
            return;
        }
        self.stop.send_replace(true);
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        // An error means that the time is over, or that the thread has ended before.
        let _ = ended.recv_timeout(self.patience);
    }
}

async fn finish(tasks: Vec<JoinHandle<()>>, patience: Duration) {
    let all = async {
        for task in tasks {
            // A task that has panicked has nothing left to finish.
            let _ = task.await;
        }
    };
    if tokio::time::timeout(patience, all).await.is_err() {
        tracing::warn!(?patience, "not everything could be finished at shutdown");
    }
}
