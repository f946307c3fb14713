use std::io;
use std::sync::Arc;

use actix_web::http::header::HeaderName;

use super::auth::CognitoAuth;
use super::build_bridge::{activity_fault, track, users};
use super::response::{DefaultResponder, RefusalResponder};
use super::startup;
use super::state::{State, Validation};
use crate::activity::ActivityStore;
use crate::jwks::{Fetcher, KeyLimits, KeyStore, Limits, Schedule};
use crate::policy::{Layer, Rulebook, guarded_handlers};
use crate::runtime::Background;
use crate::settings::{CheckedSettings, PoolPlan, SettingFault, Settings, SettingsError};
use crate::time::{Clock, SystemClock};
use crate::users::{AnyMapper, UserMapper};
use crate::validator::{Gate, Pool, TokenRules, TokenValidator};

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
    http_client: Option<reqwest::Client>,
    clock: Option<Arc<dyn Clock>>,
    allow_undefined_groups: bool,
}

impl CognitoAuthBuilder {
    /// The settings. Default: [`Settings::default`], which names no user pool.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// A validator of the team's own instead of the built-in one. No user pool is needed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::token::{BearerToken, Claims, InvalidToken};
    /// use cognito_m2m::validator::{BoxFuture, TokenError, TokenValidator};
    ///
    /// struct Nobody;
    ///
    /// impl TokenValidator for Nobody {
    ///     fn validate<'a>(&'a self, _: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
    ///         Box::pin(async { Err(InvalidToken::Custom.into()) })
    ///     }
    /// }
    ///
    /// let auth = CognitoAuth::builder().validator(Nobody).allow_undefined_groups().build()?;
    /// # Ok::<(), cognito_m2m::BuildError>(())
    /// ```
    #[must_use]
    pub fn validator(mut self, validator: impl TokenValidator) -> Self {
        self.validator = Some(Box::new(validator));
        self
    }

    /// Answers of the team's own, app-wide. Default: [`DefaultResponder`].
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{HttpRequest, HttpResponse};
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::error::Refusal;
    ///
    /// fn respond(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
    ///     match refusal {
    ///         Refusal::Authentication(_) => HttpResponse::Unauthorized().finish(),
    ///         Refusal::Authorization(_) => HttpResponse::Forbidden().finish(),
    ///         _ => HttpResponse::ServiceUnavailable().finish(),
    ///     }
    /// }
    ///
    /// let builder = CognitoAuth::builder().responder(respond);
    /// ```
    #[must_use]
    pub fn responder(mut self, responder: impl RefusalResponder) -> Self {
        self.responder = Some(Box::new(responder));
        self
    }

    /// Who finds the users of principals; the setting `user_mapping_enabled` switches it on.
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

    /// Where client activity is kept; the setting `track_client_activity` switches it on.
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

    /// The client that fetches keys: with the team's proxy, or TLS roots. Default: one without
    /// redirects, with the time-outs of the settings. Build a client of your own with
    /// `redirect::Policy::none()`; `jwks_timeout` holds for it too, `jwks_connect_timeout` does not.
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// The clock. Default: [`SystemClock`].
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

    /// Lets handlers be linked whose group no setting defines: for programs that do not mount
    /// them. Such a handler refuses everyone.
    #[must_use]
    pub fn allow_undefined_groups(mut self) -> Self {
        self.allow_undefined_groups = true;
        self
    }

    /// Judges the settings, and starts what runs in the background.
    ///
    /// # Errors
    ///
    /// [`BuildError::Settings`] with every fault at once; the others when the operating system
    /// gives no thread or TLS no roots.
    pub fn build(self) -> Result<CognitoAuth, BuildError> {
        let mut faults = if self.allow_undefined_groups {
            Vec::new()
        } else {
            undefined_groups(&self.settings)
        };
        let has_own_validator = self.validator.is_some();
        let (users, user_fault) = users(&self.settings, has_own_validator, self.user_mapper);
        faults.extend(user_fault);
        faults.extend(activity_fault(
            &self.settings,
            self.activity_store.is_some(),
        ));
        let checked = self.settings.check(has_own_validator, faults)?;
        let clock = self
            .clock
            .unwrap_or_else(|| Arc::new(SystemClock::default()));
        let background =
            Background::start(checked.settings.shutdown_timeout).map_err(BuildError::Thread)?;
        let CheckedSettings {
            pools,
            rulebook,
            settings,
        } = checked;
        let rulebook = Arc::new(rulebook);
        startup::log(&settings, &pools, &rulebook, has_own_validator);
        let store = self
            .activity_store
            .filter(|_| settings.track_client_activity);
        let activity = store.map(|store| track(&settings, store, &clock, &background));
        let admitted_clients = pools
            .iter()
            .filter_map(|plan| Some((plan.name.clone(), plan.allowed_clients.clone()?)));
        let admitted_clients = admitted_clients.collect();
        let validation = match self.validator {
            Some(validator) => Validation::Own(validator),
            None => Validation::BuiltIn(gate(
                &settings,
                pools,
                self.http_client.as_ref(),
                &clock,
                &background,
                &rulebook,
            )?),
        };
        let default_responder = || -> Box<dyn RefusalResponder> {
            Box::new(DefaultResponder::new(
                &settings.realm,
                settings.json_error_responses,
            ))
        };
        Ok(CognitoAuth::of(State {
            validation,
            header_name: header_name(&settings)?,
            header_prefix: settings.header_prefix.as_str().into(),
            max_token_bytes: settings.max_token_bytes,
            fail_on_invalid_bearer: settings.fail_on_invalid_bearer,
            rulebook,
            admitted_clients,
            users,
            activity,
            responder: self.responder.unwrap_or_else(default_responder),
            background,
            shutdown_timeout: settings.shutdown_timeout,
            clock,
        }))
    }
}

fn gate(
    settings: &Settings,
    plans: Vec<PoolPlan>,
    client: Option<&reqwest::Client>,
    clock: &Arc<dyn Clock>,
    background: &Background,
    rulebook: &Arc<Rulebook>,
) -> Result<Gate, BuildError> {
    let pools = plans
        .into_iter()
        .map(|plan| pool(settings, plan, client, clock, background))
        .collect::<Result<_, _>>()?;
    let rules = TokenRules {
        leeway: settings.leeway,
        max_lifetime: settings.max_token_lifetime,
        accept_user_tokens: settings.accept_user_tokens,
    };
    Ok(Gate::new(
        pools,
        rules,
        settings.token_cache_entries,
        Arc::clone(clock),
        Arc::clone(rulebook),
    ))
}

/// A pool, and the task that keeps its keys fresh.
fn pool(
    settings: &Settings,
    plan: PoolPlan,
    client: Option<&reqwest::Client>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Result<Pool, BuildError> {
    let client = match client {
        Some(client) => client.clone(),
        None => Fetcher::default_client(limits(settings), &plan.jwks_url)
            .map_err(BuildError::HttpClient)?,
    };
    let keys = KeyStore::new(KeyLimits {
        cooldown: settings.jwks_cooldown,
        max_stale: settings.jwks_max_stale,
        fetch_timeout: settings.jwks_timeout,
    });
    let schedule = Schedule {
        pool: plan.name.as_str().into(),
        store: keys.clone(),
        fetcher: Fetcher::new(client, plan.jwks_url, limits(settings)),
        life: settings.jwks_ttl,
        clock: Arc::clone(clock),
    };
    background.spawn(schedule.run());
    Ok(Pool {
        name: plan.name,
        issuer: plan.issuer,
        audience: plan.audience,
        keys,
    })
}

fn limits(settings: &Settings) -> Limits {
    Limits {
        connect_timeout: settings.jwks_connect_timeout,
        timeout: settings.jwks_timeout,
        max_bytes: settings.jwks_max_bytes,
        max_keys: settings.jwks_max_keys,
    }
}

fn header_name(settings: &Settings) -> Result<HeaderName, BuildError> {
    HeaderName::from_bytes(settings.header_name.as_bytes()).map_err(|_| {
        let fault = SettingFault::new("header_name", "expected the name of a header");
        BuildError::Settings(SettingsError::of(vec![fault]))
    })
}

/// A handler whose group no setting defines would refuse everyone, and nobody would know why.
fn undefined_groups(settings: &Settings) -> Vec<SettingFault> {
    let faults = |layer: &'static Layer| {
        let undefined = layer
            .policy
            .groups()
            .filter(|name| !settings.client_groups.contains_key(*name));
        undefined.map(move |name| {
            let Layer { handler, file, line, .. } = layer;
            let problem = format!("expected the group {name:?}, which {handler} names at {file}:{line}; define it, or `allow_undefined_groups()` if the program does not mount the handler");
            SettingFault::new(format!("client_groups.{name}"), problem)
        })
    };
    guarded_handlers().flat_map(faults).collect()
}

/// Why nothing could be built.
///
/// # Examples
///
/// ```
/// use cognito_m2m::{BuildError, CognitoAuth, Settings};
///
/// let error = CognitoAuth::new(Settings::default()).unwrap_err();
/// assert!(matches!(error, BuildError::Settings(_)));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Something is wrong with the settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The operating system gave no thread, or no timer and sockets for it.
    #[error("expected a thread for what runs in the background")]
    Thread(#[source] io::Error),
    /// No HTTP client could be made: TLS has found no root certificates.
    #[error(
        "expected an HTTP client for the keys: install root certificates, or give a client of your own"
    )]
    HttpClient(#[source] reqwest::Error),
}
