use std::collections::HashMap;
use std::sync::Arc;

use super::activity::{activity_fault, start_tracking};
use super::cutoffs::start_reading;
use super::error::BuildError;
use super::report_only::report_only_faults;
use super::startup_log;
use super::users::user_lookups;
use super::validator::cognito_validator;
use crate::activity::ActivityStore;
use crate::cutoff::CutoffStore;
use crate::policy::{ClientList, Layer, guarded_handlers};
use crate::pool::PoolName;
use crate::runtime::Background;
use crate::settings::{CheckedPool, SettingFault, Settings};
use crate::time::{Clock, SystemClock};
use crate::users::{AnyMapper, UserMapper};
use crate::validator::TokenValidator;
use crate::web::cognito_auth::{CognitoAuth, ReportedRoutes, State, Validation};
use crate::web::responder::{DefaultResponder, Realm, RefusalResponder};

/// Builds a [`CognitoAuth`].
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::{CognitoAuth, Settings};
///
/// let auth = CognitoAuth::builder()
///     .settings(Settings::default().region("us-east-1").user_pool_id("us-east-1_AbCdEfGhI"))
///     .http_client(cognito_m2m::reqwest::Client::new())
///     .build()?;
/// # Ok::<(), cognito_m2m::BuildError>(())
/// ```
#[derive(Default)]
pub struct CognitoAuthBuilder {
    settings: Settings,
    validator: Option<Box<dyn TokenValidator>>,
    responder: Option<Box<dyn RefusalResponder>>,
    user_mapper: Option<Box<dyn AnyMapper>>,
    activity_store: Option<Box<dyn ActivityStore>>,
    cutoff_store: Option<Arc<dyn CutoffStore>>,
    http_client: Option<reqwest::Client>,
    clock: Option<Arc<dyn Clock>>,
    allow_undefined_groups: bool,
    pub(in crate::web) records_guards: bool,
}

impl CognitoAuth {
    /// Returns a builder, for options that [`Settings`] does not cover: a custom validator,
    /// responder, user mapper, activity store, HTTP client or clock.
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

    /// Builds the middleware from settings.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`CognitoAuthBuilder::build`].
    pub fn new(settings: Settings) -> Result<Self, BuildError> {
        Self::builder().settings(settings).build()
    }

    /// Builds the middleware from environment variables with the prefix `COGNITO_M2M_`.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`CognitoAuthBuilder::build`].
    pub fn from_env() -> Result<Self, BuildError> {
        Self::new(Settings::from_env())
    }
}

impl CognitoAuthBuilder {
    /// Sets the [`Settings`] of the middleware. Defaults to [`Settings::default`], which has no
    /// user pool.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Replaces the built-in token validator. The settings then need no user pool.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::token::{BearerToken, Claims, InvalidToken};
    /// use cognito_m2m::validator::{TokenError, TokenValidator};
    /// use cognito_m2m::BoxFuture;
    ///
    /// struct RejectAll;
    ///
    /// impl TokenValidator for RejectAll {
    ///     fn validate<'a>(&'a self, _: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
    ///         Box::pin(async { Err(InvalidToken::Custom.into()) })
    ///     }
    /// }
    ///
    /// let auth = CognitoAuth::builder().validator(RejectAll).allow_undefined_groups().build()?;
    /// # Ok::<(), cognito_m2m::BuildError>(())
    /// ```
    #[must_use]
    pub fn validator(mut self, validator: impl TokenValidator) -> Self {
        self.validator = Some(Box::new(validator));
        self
    }

    /// Sets the responder that creates the responses to refused requests, for the whole app. Defaults
    /// to [`DefaultResponder`].
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
    /// use actix_web::{HttpRequest, HttpResponse};
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::error::Refusal;
    ///
    /// fn respond(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
    ///     let mut response = HttpResponse::build(refusal.status_code());
    ///     if let Some(challenge) = refusal.challenge() {
    ///         response.insert_header((WWW_AUTHENTICATE, challenge));
    ///     }
    ///     if let Some(retry_after) = refusal.retry_after() {
    ///         response.insert_header((RETRY_AFTER, retry_after.as_secs()));
    ///     }
    ///     response.body(format!("refused: {}", refusal.detail()))
    /// }
    ///
    /// let builder = CognitoAuth::builder().responder(respond);
    /// ```
    #[must_use]
    pub fn responder(mut self, responder: impl RefusalResponder) -> Self {
        self.responder = Some(Box::new(responder));
        self
    }

    /// Sets the mapper that finds the user of a principal. It is used if the setting
    /// `user_mapping_enabled` is on.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::users::UserMappingError;
    /// use cognito_m2m::{CognitoAuth, ServicePrincipal};
    ///
    /// async fn find(_: ServicePrincipal) -> Result<Option<u64>, UserMappingError> {
    ///     Ok(None)
    /// }
    ///
    /// let builder = CognitoAuth::builder().user_mapper(find);
    /// ```
    #[must_use]
    pub fn user_mapper(mut self, mapper: impl UserMapper) -> Self {
        self.user_mapper = Some(Box::new(mapper));
        self
    }

    /// Sets the store of client activity. It is used if the setting `track_client_activity` is on.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::ActivityStore;
    /// use cognito_m2m::{CognitoAuth, CognitoAuthBuilder};
    ///
    /// fn tracking(store: impl ActivityStore) -> CognitoAuthBuilder {
    ///     CognitoAuth::builder().activity_store(store)
    /// }
    /// ```
    #[must_use]
    pub fn activity_store(mut self, store: impl ActivityStore) -> Self {
        self.activity_store = Some(Box::new(store));
        self
    }

    /// Sets the store of the [cut-offs](crate::cutoff), which refuse the tokens of a client before they
    /// expire. Default: none.
    ///
    /// It is read every `cutoff_refresh`. Until the first successful read, guarded handlers answer 503,
    /// unless `cutoff_required` is off. To set and lift cut-offs with the same value, pass an `Arc`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use cognito_m2m::cutoff::CutoffStore;
    /// use cognito_m2m::{BuildError, CognitoAuth, Settings};
    ///
    /// fn build(cutoffs: &Arc<dyn CutoffStore>) -> Result<CognitoAuth, BuildError> {
    ///     CognitoAuth::builder()
    ///         .settings(Settings::from_env())
    ///         .cutoff_store(Arc::clone(cutoffs))
    ///         .build()
    /// }
    /// ```
    #[must_use]
    pub fn cutoff_store(mut self, store: impl CutoffStore) -> Self {
        self.cutoff_store = Some(Arc::new(store));
        self
    }

    /// Sets the HTTP client that fetches the signing keys, for example one with a proxy or custom
    /// TLS roots.
    ///
    /// The default client follows no redirects and uses the configured timeouts. Build a custom
    /// client with `redirect::Policy::none()`. The setting `jwks_timeout` applies to it too;
    /// `jwks_connect_timeout` does not.
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// Replaces the system clock, for tests.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::time::SystemClock;
    ///
    /// let builder = CognitoAuth::builder().clock(SystemClock::default());
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Allows [`build`](Self::build) to succeed even if a handler names a client group that the
    /// settings do not define.
    ///
    /// Use this in a program that is linked with such handlers but does not mount them. An
    /// undefined group admits no client.
    #[must_use]
    pub fn allow_undefined_groups(mut self) -> Self {
        self.allow_undefined_groups = true;
        self
    }

    /// Checks the settings, starts the background thread unless it is running, and returns the
    /// middleware.
    ///
    /// # Errors
    ///
    /// Returns [`BuildError::Settings`] with all faults in the settings. Returns
    /// [`BuildError::Thread`] if the background thread could not be started, and
    /// [`BuildError::HttpClient`] if the HTTP client could not be created.
    pub fn build(self) -> Result<CognitoAuth, BuildError> {
        let mut faults = if self.allow_undefined_groups {
            Vec::new()
        } else {
            undefined_groups(&self.settings)
        };
        faults.extend(report_only_faults(&self.settings));
        let has_custom_validator = self.validator.is_some();
        let (users, user_fault) =
            user_lookups(&self.settings, has_custom_validator, self.user_mapper);
        faults.extend(user_fault);
        faults.extend(activity_fault(
            &self.settings,
            self.activity_store.is_some(),
        ));
        let checked = self.settings.check(has_custom_validator, faults)?;
        let clock = self
            .clock
            .unwrap_or_else(|| Arc::new(SystemClock::default()));
        let background = Background::start(checked.shutdown_timeout).map_err(BuildError::Thread)?;
        let validation = match self.validator {
            Some(validator) => Validation::Custom(validator),
            None => Validation::BuiltIn(cognito_validator(
                &checked,
                self.http_client.as_ref(),
                &clock,
                &background,
            )?),
        };
        // No step after this one can fail.
        let store = self
            .activity_store
            .filter(|_| checked.track_client_activity);
        let activity = store.map(|store| start_tracking(&checked, store, &clock, &background));
        let cutoffs = self.cutoff_store;
        let cutoffs = cutoffs.map(|store| start_reading(&checked, store, &clock, &background));
        startup_log::log(&self.settings, &checked, has_custom_validator);
        let realm = checked.realm.as_str();
        let responder = self.responder.unwrap_or_else(|| {
            Box::new(DefaultResponder::new(realm, checked.json_error_responses))
        });
        Ok(CognitoAuth::from_state(State {
            validation,
            header_name: checked.header_name,
            header_prefix: checked.header_prefix,
            max_token_bytes: checked.max_token_bytes,
            fail_on_invalid_bearer: checked.fail_on_invalid_bearer,
            unguarded_routes: checked.unguarded_routes,
            reported_routes: ReportedRoutes::default(),
            policy_defaults: checked.policy_defaults,
            admitted_clients: admitted_clients(&checked.pools),
            users,
            activity,
            cutoffs,
            responder,
            realm: Realm::new(realm),
            background,
            shutdown_timeout: checked.shutdown_timeout,
            clock,
            records_guards: self.records_guards,
        }))
    }
}

fn admitted_clients(pools: &[CheckedPool]) -> HashMap<PoolName, ClientList> {
    let lists = pools
        .iter()
        .filter_map(|pool| Some((pool.name.clone(), pool.allowed_clients.clone()?)));
    lists.collect()
}

/// Returns a fault for each handler that names an undefined group. Such a handler would refuse
/// every client without an obvious reason.
fn undefined_groups(settings: &Settings) -> Vec<SettingFault> {
    let faults = |layer: &'static Layer| {
        let undefined = layer
            .policy
            .groups()
            .filter(|name| !settings.client_groups.contains_key(*name));
        undefined.map(move |name| {
            let Layer { handler, file, line, .. } = layer;
            let problem = format!("the group {name:?} is not defined, but {handler} names it at {file}:{line}: define it, or call `allow_undefined_groups()` if the program does not mount that handler");
            SettingFault::new(format!("client_groups.{name}"), problem)
        })
    };
    guarded_handlers().flat_map(faults).collect()
}
