use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The tasks of one owner. Clones refer to the same tasks.
#[derive(Clone, Debug)]
pub(crate) struct Spawner {
    handle: Handle,
    // Locked to add a task and to stop all, never across an await or while a request is served.
    tasks: Arc<Mutex<Option<Tasks>>>,
}

#[derive(Debug, Default)]
struct Tasks {
    /// The tasks that have work to finish at the end.
    finishing: JoinSet<()>,
    others: JoinSet<()>,
}

impl Spawner {
    pub(super) fn new(handle: Handle) -> Self {
        Self {
            handle,
            tasks: Arc::new(Mutex::new(Some(Tasks::default()))),
        }
    }

    /// Runs a task until it completes or its owner stops. Drops it if the owner has stopped.
    ///
    /// Must not be called in a forked child process.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(tasks) = &mut *self.tasks() {
            add(&mut tasks.others, task, &self.handle);
        }
    }

    /// Runs a task until it completes. When its owner stops, the task has time to complete.
    pub(super) fn spawn_finishing(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(tasks) = &mut *self.tasks() {
            add(&mut tasks.finishing, task, &self.handle);
        }
    }

    /// Waits up to `time_limit` for the tasks that have work to finish, and aborts all others. Returns
    /// when all tasks have been dropped.
    pub(super) async fn finish(&self, time_limit: Duration) {
        let Some(mut tasks) = self.tasks().take() else {
            return;
        };
        let completed = async {
            // A task that has panicked has nothing left to finish.
            while tasks.finishing.join_next().await.is_some() {}
        };
        if timeout(time_limit, completed).await.is_err() {
            tracing::warn!(timeout = ?time_limit, "background tasks did not finish in time");
        }
        tasks.finishing.shutdown().await;
        tasks.others.shutdown().await;
    }

    fn tasks(&self) -> MutexGuard<'_, Option<Tasks>> {
        // Every change is complete in itself, so the sets are valid even if the lock is poisoned.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a task, and removes those that have ended. A set has as many entries as tasks that ran at the
/// same time, however many were added.
fn add(set: &mut JoinSet<()>, task: impl Future<Output = ()> + Send + 'static, handle: &Handle) {
    while set.try_join_next().is_some() {}
    set.spawn_on(task, handle);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ended_tasks_are_removed() {
        let spawner = Spawner::new(Handle::current());
        for _ in 0..100 {
            spawner.spawn(async {});
            tokio::task::yield_now().await;
        }
        let tasks = spawner.tasks().take().unwrap();
        assert!(tasks.others.len() <= 2, "{}", tasks.others.len());
    }

    #[tokio::test]
    async fn no_task_starts_after_the_end() {
        let spawner = Spawner::new(Handle::current());
        spawner.finish(Duration::ZERO).await;
        let (sender, receiver) = tokio::sync::oneshot::channel();
        spawner.spawn(async move { sender.send(()).unwrap() });
        assert!(receiver.await.is_err());
    }
}
