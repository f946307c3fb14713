use std::fmt;
use std::sync::Arc;

use super::cutoff_health::CutoffHealth;
use super::health::{Health, KeySourceHealth, PoolHealth};
use super::prefetch_error::PrefetchError;
use super::state::{State, Validation};
use crate::error::{AuthenticationError, Refusal};
use crate::jwks::{Incomplete, PendingFetch};
use crate::principal::ServicePrincipal;
use crate::token::Credentials;
use crate::validator::Pool;

/// The middleware that authenticates requests: it verifies the bearer token and attaches the
/// principal.
///
/// Build it once, before `HttpServer::new`, and clone it into each worker. The clones share the
/// signing keys and the cache of verified tokens. Building starts a background thread that fetches
/// the keys, unless it is running: one thread serves every `CognitoAuth` and token client of the process,
/// and ends with the last of them. Building does not need an async runtime.
///
/// A program that forks (a daemon, a pre-forking server) must build it after the fork, in each
/// child process. A fork does not copy threads, so the keys would never be fetched in a child.
/// There, requests that need a fetch are refused with 503 at once, an error is logged, and
/// [`health`](Self::health) reports it.
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
///
/// # Nested scopes
///
/// The same `CognitoAuth`, or a clone of it, may wrap an `App` and a scope inside: a token is
/// validated once. Another `CognitoAuth` inside validates the token again and replaces the
/// principal.
///
/// Do not nest two of them to accept tokens of two user pools. Each refuses the tokens of the other's
/// pool with 401, so together they refuse every token. The inner one then logs a warning, once.
/// Instead,
///
/// - to accept the tokens of several pools, build one `CognitoAuth` with all of them
///   ([`Settings::pool`](crate::Settings::pool)),
/// - to accept different pools under different paths, wrap each scope in its own `CognitoAuth`, and
///   none around both,
/// - if an outer one must stay, turn `fail_on_invalid_bearer` off for it, so that it leaves the
///   tokens that it does not accept to the inner one.
///
/// ```no_run
/// use actix_web::{App, HttpServer, web};
/// use cognito_m2m::settings::PoolSettings;
/// use cognito_m2m::{CognitoAuth, Settings};
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let partners = PoolSettings::default().user_pool_id("eu-west-1_JkLmNoPqR");
/// let auth = CognitoAuth::new(Settings::from_env().pool("partners", partners))?;
/// HttpServer::new(move || App::new().wrap(auth.clone()).service(web::scope("/partners")))
///     .bind(("127.0.0.1", 8080))?
///     .run()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CognitoAuth {
    state: Arc<State>,
}

impl CognitoAuth {
    pub(in crate::web) fn from_state(state: State) -> Self {
        Self {
            state: Arc::new(state),
        }
    }

    pub(in crate::web) fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Waits until every user pool has signing keys. It waits for one pool after another, and stops at
    /// the first without usable keys.
    ///
    /// A pool has keys as soon as those of one of its issuers have been fetched, or if it has configured
    /// keys (`jwks_file`).
    ///
    /// It also waits up to 1 s for the first read of the [cut-offs](crate::cutoff). If that fails,
    /// [`health`](Self::health) reports it.
    ///
    /// Calling it is optional. Without it, requests with a token wait for the first fetch. If that
    /// fails, open handlers work, and guarded handlers respond with 503 until a fetch succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`PrefetchError`] for the first user pool without usable keys, with the cause. The
    /// background thread continues to fetch them. In a child process that was forked after the
    /// build, it fails at once.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = cognito_m2m::CognitoAuth::from_env()?;
    /// auth.prefetch().await?;
    /// assert!(auth.health().is_ready());
    /// // Run the server, and when it has stopped:
    /// auth.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn prefetch(&self) -> Result<(), PrefetchError> {
        for pool in self.pools() {
            let now = self.state.clock.now();
            let is_available = || pool.keys.check_available(self.state.clock.now()).is_ok();
            if !is_available() {
                PendingFetch::wait_until(pool.keys.fetch_if_due(now), is_available).await;
            }
            let available = pool.keys.check_available(self.state.clock.now());
            available.map_err(|unavailable| PrefetchError {
                pool: pool.name.clone(),
                retry_after: unavailable.retry_after,
                last_error: pool.keys.last_error(),
            })?;
        }
        if let Some(read) = self.state.pending_first_read() {
            read.ended().await;
        }
        Ok(())
    }

    /// Verifies a token outside of a request, as the middleware and a handler that requires a principal
    /// do.
    ///
    /// `text` is the token itself, without an authentication scheme.
    ///
    /// # Errors
    ///
    /// Returns a [`Refusal`] if the token is empty, malformed, invalid or expired, if its user pool
    /// does not admit the client, if the client is [cut off](crate::cutoff), if the token is for another
    /// API (the setting `resource_servers`), or if the signing keys or the cut-offs are unavailable.
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
        let credentials = Credentials::from(text);
        let principal = match self.state.try_authenticate(credentials) {
            Ok(principal) => principal,
            Err(Incomplete::Failed(refusal)) => return Err(refusal),
            Err(Incomplete::Waiting(fetch)) => {
                fetch.ended().await;
                self.state.authenticate(credentials).await?
            }
        };
        let input = principal.policy_input(&self.state.policy_defaults);
        input.evaluate_resource_servers()?;
        Ok(principal)
    }

    /// Returns the state of the signing keys and the cut-offs, for readiness probes.
    #[must_use]
    pub fn health(&self) -> Health {
        let now = self.state.clock.now();
        let is_stopped = self.state.background.is_stopped();
        let health = |pool: &Pool| {
            let sources: Vec<_> = pool.keys.states(now).into_iter().map(Into::into).collect();
            PoolHealth {
                name: pool.name.clone(),
                is_ready: !is_stopped && pool.keys.check_available(now).is_ok(),
                keys_age: sources.iter().filter_map(KeySourceHealth::keys_age).min(),
                last_error: pool.keys.last_error(),
                sources,
            }
        };
        Health {
            pools: self.pools().iter().map(health).collect(),
            is_stopped,
            has_forked: self.state.has_forked(),
            cutoffs: self
                .state
                .cutoffs
                .as_deref()
                .map(|known| CutoffHealth::new(known, now)),
        }
    }

    /// Writes pending client activity and stops the background tasks, within `shutdown_timeout`.
    ///
    /// Call it when the server has stopped. The tasks of another `CognitoAuth` or token client are not
    /// affected. Keys are not refreshed afterwards, and
    /// [`Health::is_ready`] returns `false`. Dropping the last clone does the same, but blocks the
    /// thread while it writes. In a child process that was forked after the build, both do nothing:
    /// the parent process writes the activity.
    pub async fn shutdown(&self) {
        self.state
            .background
            .stop(self.state.shutdown_timeout)
            .await;
    }

    fn pools(&self) -> &[Pool] {
        match &self.state.validation {
            Validation::BuiltIn(validator) => validator.pools(),
            Validation::Custom(_) => &[],
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
