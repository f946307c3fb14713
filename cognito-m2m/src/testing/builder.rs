use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use super::cognito::LocalCognito;
use super::issuers::Issuers;
use super::keys::SigningKey;
use super::server::Server;
use super::user_pool::UserPool;
use crate::issuer_type::IssuerType;
use crate::pool::region_of;
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
    issuer: Issuer,
    user_pool_id: String,
    token_lifetime: Duration,
}

#[derive(Debug)]
enum Issuer {
    Loopback,
    Custom(String),
    Aws(IssuerType),
}

impl LocalCognitoBuilder {
    pub(super) fn new() -> Self {
        Self {
            clock: Arc::new(SystemClock::default()),
            issuer: Issuer::Loopback,
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
        self.issuer = Issuer::Custom(issuer.into());
        self
    }

    /// Gives the pool the issuers of AWS, which are derived from its Region and ID, and sets which of
    /// them new tokens have. Overrides [`issuer`](Self::issuer), and the reverse.
    ///
    /// The Region is the part of the [user pool ID](Self::user_pool_id) before the underscore.
    /// [`LocalCognito::settings`] then returns the Region and the ID, with which an API accepts all
    /// issuers of the pool. Every issuer has a loopback URL for its keys: those of
    /// `https://<host>/<id>` are served at `http://127.0.0.1:<port>/<host>/<id>/.well-known/jwks.json`.
    /// A replica of the pool is served in every Region. As in Cognito, the keys of the UPDATED issuer
    /// are unavailable (status 403) until the pool issues tokens under it for the first time.
    ///
    /// # Examples
    ///
    /// A pool is switched while it runs:
    ///
    /// ```
    /// use cognito_m2m::settings::IssuerType;
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::builder()
    ///     .issuer_type(IssuerType::Original)
    ///     .start()?;
    /// let host = "https://cognito-idp.us-east-1.amazonaws.com";
    /// assert_eq!(cognito.issuer(), format!("{host}/us-east-1_Local0001"));
    ///
    /// cognito.set_issuer_type(IssuerType::Updated);
    /// let host = "https://issuer-cognito-idp.us-east-1.amazonaws.com";
    /// assert_eq!(cognito.issuer(), format!("{host}/us-east-1_Local0001"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn issuer_type(mut self, issuer_type: IssuerType) -> Self {
        self.issuer = Issuer::Aws(issuer_type);
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
    /// Returns an error if the port cannot be bound, the thread cannot be spawned, a key cannot be
    /// generated, or the user pool ID of a pool with an [issuer type](Self::issuer_type) has another
    /// form than `us-east-1_AbCdEfGhI`.
    pub fn start(self) -> io::Result<LocalCognito> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let origin = format!("http://{}", listener.local_addr()?);
        let (issuers, issuer_type) = self.issuers(origin)?;
        let keys = SigningKey::generate_two()?;
        let pool = Arc::new(UserPool::new(
            issuers,
            issuer_type,
            self.clock,
            self.token_lifetime,
            keys,
        ));
        let server = Server::start(listener, Arc::clone(&pool))?;
        Ok(LocalCognito::new(pool, server))
    }

    fn issuers(&self, origin: String) -> io::Result<(Issuers, IssuerType)> {
        let id = self.user_pool_id.clone();
        match &self.issuer {
            Issuer::Loopback => Ok((Issuers::fixed(origin, id, None), IssuerType::Original)),
            Issuer::Custom(issuer) => {
                let issuer = Some(issuer.clone());
                Ok((Issuers::fixed(origin, id, issuer), IssuerType::Original))
            }
            Issuer::Aws(issuer_type) => {
                let region = region_of(&self.user_pool_id).ok_or_else(|| {
                    let message = "expected a user pool ID such as \"us-east-1_AbCdEfGhI\"";
                    io::Error::new(
                        io::ErrorKind::InvalidInput,
                        format!("{message}, found {id:?}"),
                    )
                })?;
                Ok((Issuers::of_aws(origin, id.clone(), region), *issuer_type))
            }
        }
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
