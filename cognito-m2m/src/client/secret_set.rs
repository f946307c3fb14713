use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The secrets that are in use at one time: one, or two during a rotation.
#[derive(Debug)]
pub(super) struct SecretSet {
    secrets: Vec<SecretString>,
    // The index of the secret that was accepted last. It is tried first, so that a withdrawn secret
    // causes only one refused request.
    preferred: AtomicUsize,
    is_accepted: AtomicBool,
    is_refused: AtomicBool,
    is_replacement: bool,
    trial: Semaphore,
}

impl SecretSet {
    pub(super) fn new(secrets: Vec<SecretString>) -> Self {
        Self {
            secrets,
            preferred: AtomicUsize::new(0),
            is_accepted: AtomicBool::new(false),
            is_refused: AtomicBool::new(false),
            is_replacement: false,
            trial: Semaphore::new(1),
        }
    }

    /// Creates a set to be used after all secrets of `refused` were refused. It starts with a secret
    /// that was not refused. Returns `None` if there is no such secret.
    pub(super) fn replacing(refused: &Self, secrets: Vec<SecretString>) -> Option<Self> {
        let is_new = |secret: &SecretString| !refused.contains(secret);
        let preferred = secrets.iter().position(is_new)?;
        Some(Self {
            preferred: AtomicUsize::new(preferred),
            is_replacement: true,
            ..Self::new(secrets)
        })
    }

    /// Returns the secrets with their indexes, starting with the one that was accepted last.
    pub(super) fn secrets_to_try(&self) -> impl Iterator<Item = (usize, &SecretString)> {
        let first = self.preferred.load(Ordering::Relaxed);
        let numbered = || self.secrets.iter().enumerate();
        numbered().skip(first).chain(numbered().take(first))
    }

    /// Records that a secret was accepted, so that it is tried first from now on. Returns `true` if
    /// another secret was tried first until now.
    pub(super) fn prefer(&self, index: usize) -> bool {
        self.preferred.swap(index, Ordering::Relaxed) != index
    }

    /// Records that a secret of this set was accepted. Returns `true` the first time.
    pub(super) fn record_acceptance(&self) -> bool {
        self.is_refused.store(false, Ordering::Relaxed);
        !self.is_accepted.swap(true, Ordering::Relaxed)
    }

    /// Records that all secrets of this set were refused.
    pub(super) fn record_refusal(&self) {
        self.is_refused.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_refused(&self) -> bool {
        self.is_refused.load(Ordering::Relaxed)
    }

    /// Waits for the permission to try secrets that have replaced others and were not accepted yet. One
    /// request tries them, so that a wrong secret does not cause a request for each that waits.
    pub(super) async fn begin_trial(&self) -> Option<SemaphorePermit<'_>> {
        let is_proven = || !self.is_replacement || self.is_accepted();
        if is_proven() {
            return None;
        }
        // The semaphore is never closed.
        let permit = self.trial.acquire().await.ok();
        permit.filter(|_| !is_proven())
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.is_accepted.load(Ordering::Relaxed)
    }

    /// Returns `true` if these secrets have replaced refused ones.
    pub(super) fn is_replacement(&self) -> bool {
        self.is_replacement
    }

    fn contains(&self, secret: &SecretString) -> bool {
        let mut secrets = self.secrets.iter();
        secrets.any(|known| known.expose_secret() == secret.expose_secret())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> Vec<SecretString> {
        texts.iter().map(|&text| text.into()).collect()
    }

    fn to_try(set: &SecretSet) -> Vec<&str> {
        let secrets = set.secrets_to_try();
        secrets.map(|(_, secret)| secret.expose_secret()).collect()
    }

    #[test]
    fn accepted_secret_is_tried_first_afterwards() {
        let set = SecretSet::new(secrets(&["one", "two"]));
        assert_eq!(to_try(&set), ["one", "two"]);
        assert!(!set.prefer(0));
        assert!(set.prefer(1));
        assert_eq!(to_try(&set), ["two", "one"]);
    }

    #[test]
    fn replacement_starts_with_a_secret_that_was_not_refused() {
        let refused = SecretSet::new(secrets(&["one", "two"]));
        for same in [&["one"][..], &["two"], &["two", "one"]] {
            assert!(SecretSet::replacing(&refused, secrets(same)).is_none());
        }
        for (texts, order) in [
            (&["three"][..], &["three"][..]),
            (&["two", "three"], &["three", "two"]),
            (&["three", "two"], &["three", "two"]),
        ] {
            let set = SecretSet::replacing(&refused, secrets(texts)).unwrap();
            assert_eq!(to_try(&set), order);
        }
    }

    #[test]
    fn debug_does_not_print_secrets() {
        let set = SecretSet::new(secrets(&["marker"]));
        assert!(!format!("{set:?}").contains("marker"));
    }
}
