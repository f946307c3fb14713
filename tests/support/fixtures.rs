use actix_web::App;
use actix_web::web::ServiceConfig;
use cognito_m2m::reqwest::Method;
use cognito_m2m::testing::{LocalCognito, SigningKey, TestClock, TokenBuilder};
use cognito_m2m::time::Clock;
use cognito_m2m::{CognitoAuth, ServicePrincipal, Settings};
use serde_json::Value;

use crate::{Answer, Api, serve};

/// A function that registers the handlers of a test.
pub type Routes = fn(&mut ServiceConfig);

/// Serves `routes` behind the middleware `auth` and returns a client for them.
///
/// # Panics
///
/// Panics if the server does not start.
#[must_use]
pub fn serve_routes(auth: CognitoAuth, routes: Routes) -> Api {
    Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .configure(routes)))
}

/// A local Cognito and a [`CognitoAuth`] that trusts it, on one clock that the test controls.
#[derive(Debug)]
pub struct AuthFixture {
    /// The user pool that issues the tokens.
    pub cognito: LocalCognito,
    /// The clock of both; it moves only when the test advances it.
    pub clock: TestClock,
    /// The authentication under test.
    pub auth: CognitoAuth,
}

impl AuthFixture {
    /// Starts with the default settings and fetches the signing keys.
    ///
    /// # Panics
    ///
    /// Panics if the local Cognito does not start, or the keys can't be fetched.
    pub async fn start() -> Self {
        Self::with_settings(|settings| settings).await
    }

    /// Starts with changed settings and fetches the signing keys.
    ///
    /// # Panics
    ///
    /// Panics if the local Cognito does not start, the settings are invalid, or the keys can't be
    /// fetched.
    pub async fn with_settings(change: impl FnOnce(Settings) -> Settings) -> Self {
        let fixture = Self::without_prefetch(|_, settings| change(settings));
        fixture.auth.prefetch().await.expect("the keys are fetched");
        fixture
    }

    /// Starts without waiting for the signing keys, which are fetched in the background.
    ///
    /// `configure` may prepare the local Cognito before the [`CognitoAuth`] exists, and returns the
    /// settings.
    ///
    /// # Panics
    ///
    /// Panics if the local Cognito does not start, or the settings are invalid.
    pub fn without_prefetch(configure: impl FnOnce(&LocalCognito, Settings) -> Settings) -> Self {
        let clock = TestClock::new();
        let cognito = LocalCognito::builder()
            .clock(clock.clone())
            .start()
            .expect("the local Cognito starts");
        let auth = CognitoAuth::builder()
            .settings(configure(&cognito, cognito.settings()))
            .clock(clock.clone())
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        Self {
            cognito,
            clock,
            auth,
        }
    }

    /// Returns an unsigned token of the client `reporting`, with valid claims.
    pub fn token(&self) -> TokenBuilder {
        self.cognito.token("reporting")
    }

    /// Returns a token with valid claims that `attacker` signs, with the `kid` of the pool's first key.
    pub fn forged_token(&self, attacker: &SigningKey) -> TokenBuilder {
        let [kid, _] = self.cognito.kids();
        self.token().signed_by(attacker).kid(kid)
    }

    /// Returns the time of the clock, in seconds since the Unix epoch.
    ///
    /// # Panics
    ///
    /// Panics if the number of seconds does not fit into an `i64`.
    #[must_use]
    pub fn now(&self) -> i64 {
        i64::try_from(self.clock.wall().as_secs()).expect("a time in this century")
    }

    /// Validates a token.
    ///
    /// # Errors
    ///
    /// Returns the reason code if the token is refused.
    pub async fn validate(&self, token: &str) -> Result<ServicePrincipal, &'static str> {
        let validated = self.auth.validate_token(token).await;
        validated.map_err(|refusal| refusal.reason())
    }

    /// Validates a token and returns the reason code of its refusal, or `None` if it is accepted.
    pub async fn refusal_of(&self, token: &str) -> Option<&'static str> {
        self.validate(token).await.err()
    }

    /// Validates an otherwise valid token with this value of a claim, and returns the reason code of
    /// its refusal, or `None` if it is accepted.
    pub async fn refusal_with_claim(
        &self,
        claim: &str,
        value: impl Into<Value>,
    ) -> Option<&'static str> {
        self.refusal_of(&self.token().claim(claim, value).sign())
            .await
    }
}

/// A local Cognito and a server whose routes require its tokens.
#[derive(Debug)]
pub struct ApiFixture {
    /// The user pool that issues the tokens.
    pub cognito: LocalCognito,
    /// The middleware of the server.
    pub auth: CognitoAuth,
    /// A client for the server.
    pub api: Api,
}

impl ApiFixture {
    /// Serves `routes` with the default settings, after fetching the signing keys.
    ///
    /// # Panics
    ///
    /// Panics if a server does not start, or the keys can't be fetched.
    pub async fn start(routes: Routes) -> Self {
        Self::with_settings(routes, |settings| settings).await
    }

    /// Serves `routes` with changed settings, after fetching the signing keys.
    ///
    /// # Panics
    ///
    /// Panics if a server does not start, the settings are invalid, or the keys can't be fetched.
    pub async fn with_settings(routes: Routes, change: impl FnOnce(Settings) -> Settings) -> Self {
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let auth =
            CognitoAuth::new(change(cognito.settings())).unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("the keys are fetched");
        let api = serve_routes(auth.clone(), routes);
        Self { cognito, auth, api }
    }

    /// Sends a request with a token of `client`. `scope` lists the scopes of the token, separated by
    /// spaces.
    pub async fn send_as(&self, client: &str, method: Method, path: &str, scope: &str) -> Answer {
        let token = self.cognito.token(client).scope(scope).sign();
        Answer::receive(self.api.request(method, path).bearer_auth(token)).await
    }

    /// Sends a `GET` request with a token of the client `reporting`. `scope` lists the scopes of the
    /// token, separated by spaces.
    pub async fn get_with_scope(&self, path: &str, scope: &str) -> Answer {
        self.send_as("reporting", Method::GET, path, scope).await
    }
}
