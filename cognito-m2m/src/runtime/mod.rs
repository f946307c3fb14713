//! The background thread for tasks that must outlive any Actix worker.
//!
//! All `CognitoAuth`s and `TokenClient`s of a process share one thread, which ends with the last of them.
//! Each has its own [`Background`]: a set of tasks that is stopped independently, with its own timeout.

mod background;
mod process;
mod shared_thread;
mod tasks;

pub(crate) use background::Background;
pub(crate) use process::OwnerProcess;
#[cfg(feature = "client")]
pub(crate) use tasks::Spawner;
