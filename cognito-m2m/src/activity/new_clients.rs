use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::entry::Entry;
use crate::time::{Clock, ClockReading};

/// The shortest time for which new clients are gathered.
const MIN_GATHERING: Duration = Duration::from_millis(100);

/// The longest additional time, chosen at random. It leaves 50 ms for the statements, so that a new
/// client is written within 250 ms.
const GATHERING_JITTER: Duration = Duration::from_millis(100);

/// Creates the queue of new clients.
///
/// A client is queued once, when its entry is created, so the queue is bounded by the number of
/// clients. Sending to it neither waits nor locks.
pub(crate) fn new_clients() -> (NewClientSender, NewClients) {
    let (sender, receiver) = unbounded_channel();
    let new_clients = NewClients {
        receiver,
        first: None,
        gathered_at: None,
    };
    (NewClientSender(sender), new_clients)
}

pub(crate) struct NewClientSender(UnboundedSender<Entry>);

/// The clients that were seen for the first time, for the writer.
pub(crate) struct NewClients {
    receiver: UnboundedReceiver<Entry>,
    /// The client that started the gathering.
    first: Option<Entry>,
    /// The end of the gathering.
    gathered_at: Option<ClockReading>,
}

impl NewClientSender {
    pub(super) fn send(&self, client: Entry) {
        // Fails if the writer has ended. Then nothing is written anyway.
        let _ = self.0.send(client);
    }
}

impl NewClients {
    /// Waits for a new client, and then for others that come soon after it.
    ///
    /// If the future is dropped, the next call continues the same wait.
    pub(super) async fn gather(&mut self, clock: &dyn Clock) {
        let gathered_at = match self.gathered_at {
            Some(gathered_at) => gathered_at,
            None => {
                self.first = self.receiver.recv().await;
                if self.first.is_none() {
                    // The recorder has been dropped.
                    return std::future::pending().await;
                }
                let jitter = GATHERING_JITTER.mul_f64(fastrand::f64());
                let gathered_at = clock.now().after(MIN_GATHERING.saturating_add(jitter));
                *self.gathered_at.insert(gathered_at)
            }
        };
        clock.sleep_until_either(gathered_at).await;
    }

    /// Returns the clients that have been gathered. The next client starts a new gathering.
    pub(super) fn take(&mut self) -> Vec<Entry> {
        self.gathered_at = None;
        let mut clients = Vec::from_iter(self.first.take());
        while let Ok(client) = self.receiver.try_recv() {
            clients.push(client);
        }
        clients
    }
}
