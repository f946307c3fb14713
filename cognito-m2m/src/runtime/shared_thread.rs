use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, ThreadId};

use arc_swap::ArcSwapOption;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::process::OwnerProcess;

/// The place for the thread of this process.
///
/// A child process that was forked finds its parent's place here and replaces it. It doesn't lock the
/// mutex in it, which another thread of the parent may have held during the fork.
static PLACE: ArcSwapOption<Place> = ArcSwapOption::const_empty();

struct Place {
    process: OwnerProcess,
    // Locked while the thread is found or started, when a `CognitoAuth` or `TokenClient` is built.
    thread: Mutex<Weak<SharedThread>>,
}

/// The background thread of this process, with a Tokio runtime. It ends when the last reference is
/// dropped.
#[derive(Debug)]
pub(super) struct SharedThread {
    handle: Handle,
    id: ThreadId,
    /// Ends the thread when it is dropped.
    _end: oneshot::Sender<Infallible>,
}

impl SharedThread {
    /// Returns the thread of this process, and starts it if it is not running.
    ///
    /// A thread whose last reference has been dropped is about to end and is never returned.
    pub(super) fn of_this_process() -> io::Result<Arc<Self>> {
        let place = place();
        let mut known = place.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = known.upgrade() {
            return Ok(thread);
        }
        let thread = Arc::new(Self::start()?);
        *known = Arc::downgrade(&thread);
        Ok(thread)
    }

    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<Infallible>();
        let thread = thread::Builder::new()
            .name("cognito-m2m".to_owned())
            .spawn(move || {
                // The only result is the error that the sender was dropped.
                let _ = runtime.block_on(ended);
                // Does not wait for a thread that is stuck in a blocking call.
                runtime.shutdown_background();
            })?;
        Ok(Self {
            handle,
            id: thread.thread().id(),
            _end: end,
        })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(super) fn id(&self) -> ThreadId {
        self.id
    }
}

/// Returns the place for the thread of this process, and creates it after the start and after a fork.
fn place() -> Arc<Place> {
    loop {
        let found = PLACE.load_full();
        if let Some(place) = found.as_ref().filter(|place| !place.process.is_other()) {
            return Arc::clone(place);
        }
        let new = Arc::new(Place {
            process: OwnerProcess::current(),
            thread: Mutex::default(),
        });
        // Another thread may have been faster. Then the next iteration finds its place.
        PLACE.compare_and_swap(&found, Some(new));
    }
}
