use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

use super::access_token::AccessToken;
use super::error::TokenClientError;
use super::exchange::{Grant, RememberedError};
use super::flight::Flight;
use super::held::{Arrival, Held};
use super::invalidations::Invalidations;
use super::scopes::RequestedScopes;

pub(super) type Outcome = Result<Arrival, TokenClientError>;
pub(super) type Report = watch::Receiver<Option<Outcome>>;

/// One scope set: the token that serves, and the one fetch that may be under way.
pub(super) struct Entry {
    pub(super) scopes: RequestedScopes,
    held: ArcSwapOption<Held>,
    // Taken for a few instructions by those who find no token, never across an await.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    flight: Option<Report>,
    failure: Option<RememberedError>,
    invalidations: Invalidations,
}

/// What a caller finds.
pub(super) enum Found {
    Token(AccessToken),
    /// Whoever has the flight must start it.
    Awaited(Report, Option<Flight>),
}

impl Entry {
    pub(super) fn new(scopes: RequestedScopes) -> Self {
        Self {
            scopes,
            held: ArcSwapOption::empty(),
            state: Mutex::default(),
        }
    }

    /// The token, if there is one to serve; and the flight of its renewal, if that is due and
    /// nobody has started it.
    pub(super) fn serve(self: &Arc<Self>, now: Duration) -> Option<(AccessToken, Option<Flight>)> {
        let held = self.held.load();
        let held = held.as_ref()?;
        let token = held.serve(now)?;
        let renewal = held.is_due(now).then(|| self.take_off_for(held)).flatten();
        Some((token, renewal))
    }

    /// Joins the fetch under way, or takes off.
    pub(super) fn join(
        self: &Arc<Self>,
        now: Duration,
        client_refusal: Option<TokenClientError>,
    ) -> Result<Found, TokenClientError> {
        let mut state = self.state();
        // It may have landed since the caller looked.
        if let Some(token) = self.held.load().as_ref().and_then(|held| held.serve(now)) {
            return Ok(Found::Token(token));
        }
        if let Some(report) = state.report() {
            return Ok(Found::Awaited(report, None));
        }
        let failure = state.failure.as_ref().filter(|it| now < it.until);
        if let Some(error) = failure.map(|it| it.error.clone()).or(client_refusal) {
            return Err(error);
        }
        let (flight, report) = state.take_off(self);
        Ok(Found::Awaited(report, Some(flight)))
    }

    /// Takes off to renew a token, unless it is replaced or somebody is on the way.
    pub(super) fn take_off_for(self: &Arc<Self>, held: &Arc<Held>) -> Option<Flight> {
        if !held.claim_renewal() {
            return None;
        }
        let mut state = self.state();
        let is_alone = self.holds(held) && state.report().is_none();
        is_alone.then(|| state.take_off(self).0)
    }

    /// Settles what a flight brings. Gives back the token whose renewal is to be seen to.
    pub(super) fn land(
        &self,
        result: Result<Grant, TokenClientError>,
        now: Duration,
        jitter: f64,
    ) -> (Outcome, Option<Arc<Held>>) {
        let mut state = self.state();
        state.flight = None;
        match result {
            Ok(grant) => {
                state.failure = None;
                let held = Held::new(&grant, jitter).map(Arc::new);
                // A token without a life takes no place: the one before may still serve.
                if held.is_some() {
                    self.held.store(held.clone());
                }
                (Ok(Arrival::of(&grant)), held)
            }
            Err(error) => {
                state.failure = RememberedError::new(&error, now);
                let held = self.held.load_full();
                let held = held.filter(|held| held.put_off_renewal(now));
                (Err(error), held)
            }
        }
    }

    /// Drops a token that an API refused, unless that happens too often.
    pub(super) fn invalidate(&self, token: &AccessToken, now: Duration) -> bool {
        let mut state = self.state();
        let is_held = self
            .held
            .load()
            .as_ref()
            .is_some_and(|held| held.is_of(token));
        let is_dropped = is_held && state.invalidations.allow(now);
        if is_dropped {
            self.held.store(None);
        }
        is_dropped
    }

    pub(super) fn holds(&self, held: &Arc<Held>) -> bool {
        self.held
            .load()
            .as_ref()
            .is_some_and(|it| Arc::ptr_eq(it, held))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is complete in itself, so a poisoned state is a good one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The fetch under way; one whose task has vanished is none.
    fn report(&self) -> Option<Report> {
        let report = self.flight.as_ref()?;
        report.has_changed().is_ok().then(|| report.clone())
    }

    fn take_off(&mut self, entry: &Arc<Entry>) -> (Flight, Report) {
        let (sender, report) = watch::channel(None);
        self.flight = Some(report.clone());
        (Flight::new(Arc::clone(entry), sender), report)
    }
}
