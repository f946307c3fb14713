use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use super::cognito::LocalCognito;
use super::keys::SigningKey;
use super::server::Server;
use super::user_pool::UserPool;
use crate::time::{Clock, SystemClock};

const USER_POOL_ID: &str = "us-east-1_Local0001";
// Cognito's default for app clients.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

/// A builder for a [`LocalCognito`], returned by [`LocalCognito::builder`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::testing::{LocalCognito, TestClock};
///
/// let clock = TestClock::new();
/// let cognito = LocalCognito::builder()
///     .clock(clock.clone())
///     .issuer("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_TestPool1")
///     .user_pool_id("us-east-1_TestPool1")
///     .token_lifetime(Duration::from_secs(300))
///     .start()?;
/// assert!(cognito.jwks_url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "call `start` to run the local Cognito"]
pub struct LocalCognitoBuilder {
    clock: Arc<dyn Clock>,
    issuer: Option<String>,
    user_pool_id: String,
    token_lifetime: Duration,
}

impl LocalCognitoBuilder {
    pub(super) fn new() -> Self {
        Self {
            clock: Arc::new(SystemClock::default()),
            issuer: None,
            user_pool_id: USER_POOL_ID.to_owned(),
            token_lifetime: TOKEN_LIFETIME,
        }
    }

    /// Sets the clock for the `auth_time`, `iat` and `exp` of tokens. Defaults to the system clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the issuer, which becomes the `iss` claim of the tokens. Defaults to
    /// `http://127.0.0.1:<port>/<user pool ID>`.
    ///
    /// The signing keys are still served on loopback, at [`LocalCognito::jwks_url`].
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Sets the ID of the user pool, which is part of the default issuer and of the JWKS URL.
    /// Defaults to `us-east-1_Local0001`.
    pub fn user_pool_id(mut self, id: impl Into<String>) -> Self {
        self.user_pool_id = id.into();
        self
    }

    /// Sets the lifetime of tokens. Defaults to one hour.
    ///
    /// `exp` and `expires_in` are rounded down to whole seconds.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Generates two signing keys and starts the server on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// Returns an error if the port cannot be bound, the thread cannot be spawned, or a key cannot
    /// be generated.
    pub fn start(self) -> io::Result<LocalCognito> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let origin = format!("http://{}", listener.local_addr()?);
        let issuer = match self.issuer {
            Some(issuer) => issuer,
            None => format!("{origin}/{}", self.user_pool_id),
        };
        let jwks_path = format!("/{}/.well-known/jwks.json", self.user_pool_id);
        let jwks_url = format!("{origin}{jwks_path}");
        let token_url = format!("{origin}/oauth2/token");

        let keys = SigningKey::generate_two()?;
        let pool = Arc::new(UserPool::new(issuer, self.clock, self.token_lifetime, keys));
        let server = Server::start(listener, jwks_path, Arc::clone(&pool))?;
        Ok(LocalCognito::new(pool, jwks_url, token_url, server))
    }
}

impl fmt::Debug for LocalCognitoBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCognitoBuilder")
            .field("issuer", &self.issuer)
            .field("user_pool_id", &self.user_pool_id)
            .field("token_lifetime", &self.token_lifetime)
            .finish_non_exhaustive()
    }
}
