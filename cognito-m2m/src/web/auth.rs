use std::fmt;
use std::sync::Arc;

use super::build::{BuildError, CognitoAuthBuilder};
use super::health::{Health, PoolHealth};
use super::state::{FirstLook, State, Validation};
use crate::error::{AuthenticationError, Refusal};
use crate::jwks::KeysUnavailable;
use crate::principal::ServicePrincipal;
use crate::settings::Settings;
use crate::token::Presented;
use crate::validator::{Gate, Pool};

/// The middleware: finds the token of a request, verifies it, and attaches the principal.
///
/// Build it once, before `HttpServer::new`, and clone it into each worker: the clones share keys
/// and verified tokens. Building starts one thread, fetches the first keys in the background, and
/// needs no runtime.
///
/// # Examples
///
/// ```no_run
/// use actix_web::{App, HttpServer, Responder, get};
/// use cognito_m2m::{CognitoAuth, ServicePrincipal, require_scopes};
///
/// #[get("/widgets")]
/// #[require_scopes("widgets/read")]
/// async fn list_widgets(principal: ServicePrincipal) -> impl Responder {
///     format!("hello, {}", principal.client_id())
/// }
///
/// #[actix_web::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let auth = CognitoAuth::from_env()?;
///     HttpServer::new(move || App::new().wrap(auth.clone()).service(list_widgets))
///         .bind(("127.0.0.1", 8080))?
///         .run()
///         .await?;
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct CognitoAuth {
    state: Arc<State>,
}

impl CognitoAuth {
    /// Everything that can be given.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::{CognitoAuth, Settings};
    ///
    /// let auth = CognitoAuth::builder().settings(Settings::from_env()).build()?;
    /// # Ok::<(), cognito_m2m::BuildError>(())
    /// ```
    #[must_use]
    pub fn builder() -> CognitoAuthBuilder {
        CognitoAuthBuilder::default()
    }

    /// Builds from settings alone.
    ///
    /// # Errors
    ///
    /// See [`CognitoAuthBuilder::build`].
    pub fn new(settings: Settings) -> Result<Self, BuildError> {
        Self::builder().settings(settings).build()
    }

    /// Builds from the environment: variables with the prefix `COGNITO_M2M_`.
    ///
    /// # Errors
    ///
    /// See [`CognitoAuthBuilder::build`].
    pub fn from_env() -> Result<Self, BuildError> {
        Self::new(Settings::from_env())
    }

    pub(super) fn of(state: State) -> Self {
        Self {
            state: Arc::new(state),
        }
    }

    pub(super) fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Waits until every user pool has keys, or its first fetch has failed. Nobody needs to: until
    /// there are keys, open handlers work and guarded ones answer 503.
    ///
    /// # Errors
    ///
    /// [`KeysUnavailable`] when a pool has no keys; they are still being fetched in the background.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = cognito_m2m::CognitoAuth::from_env()?;
    /// auth.prefetch().await?;
    /// assert!(auth.health().is_ready());
    /// // serve, and then
    /// auth.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn prefetch(&self) -> Result<(), KeysUnavailable> {
        for pool in self.pools() {
            let pending = pool.keys.pending();
            if !pool.keys.has_usable_keys(self.state.clock.monotonic())
                && pool.keys.snapshot().fetching
            {
                pending.ended().await;
            }
            pool.keys.available(self.state.clock.monotonic())?;
        }
        Ok(())
    }

    /// Verifies a token as the middleware does, outside of a request.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] that a guarded handler would answer with.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(auth: cognito_m2m::CognitoAuth) -> Result<(), cognito_m2m::error::Refusal> {
    /// let principal = auth.validate_token("eyJraWQiOi..").await?;
    /// println!("{}", principal.client_id());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn validate_token(&self, text: &str) -> Result<ServicePrincipal, Refusal> {
        if text.is_empty() {
            return Err(AuthenticationError::Missing.into());
        }
        let presented = Presented::from(text);
        match self.state.look_at(presented) {
            FirstLook::Judged(judged) => return judged,
            FirstLook::Fetching(pending) => pending.ended().await,
            FirstLook::Undecided => {}
        }
        self.state.settle(presented).await
    }

    /// The state of the keys, for readiness probes.
    #[must_use]
    pub fn health(&self) -> Health {
        let now = self.state.clock.monotonic();
        let health = |pool: &Pool| {
            let snapshot = pool.keys.snapshot();
            PoolHealth {
                name: pool.name.clone(),
                is_ready: pool.keys.has_usable_keys(now),
                keys_age: snapshot
                    .keys
                    .as_ref()
                    .map(|_| now.saturating_sub(snapshot.refreshed_at)),
                last_error: snapshot.last_error.as_ref().map(ToString::to_string),
            }
        };
        Health {
            pools: self.pools().iter().map(health).collect(),
        }
    }

    /// Ends what runs in the background, within `shutdown_timeout`. Keys are not refreshed after
    /// it. Call it when the server has stopped; the last drop does the same without waiting.
    pub async fn shutdown(&self) {
        self.state
            .background
            .stop(self.state.shutdown_timeout)
            .await;
    }

    fn pools(&self) -> &[Pool] {
        match &self.state.validation {
            Validation::BuiltIn(gate) => Gate::pools(gate),
            Validation::Own(_) => &[],
        }
    }
}

impl fmt::Debug for CognitoAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CognitoAuth")
            .field("health", &self.health())
            .finish_non_exhaustive()
    }
}
