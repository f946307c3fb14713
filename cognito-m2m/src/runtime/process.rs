use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

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
        Self::with_id(process::id())
    }

    /// Returns a process as its forked child sees it.
    #[cfg(test)]
    pub(super) fn parent() -> Self {
        Self::with_id(process::id().wrapping_add(1))
    }

    fn with_id(id: u32) -> Self {
        Self {
            id,
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

    /// Returns `true` in a child process, like [`has_forked`](Self::has_forked), but logs nothing.
    pub(super) fn is_other(&self) -> bool {
        process::id() != self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_has_not_forked_by_itself() {
        assert!(!OwnerProcess::current().has_forked());
    }
}
