use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use super::cognito::LocalCognito;
use super::issuers::Issuers;
use super::keys::SigningKey;
use super::server::Server;
use super::token::TokenBuilder;
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
#[must_use = "call `start` to run the local Cognito, or `token` to sign a token"]
pub struct LocalCognitoBuilder {
    clock: Arc<dyn Clock>,
    issuer: Issuer,
    user_pool_id: String,
    token_lifetime: Duration,
    address: SocketAddr,
    signing_keys: Option<[SigningKey; 2]>,
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
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            signing_keys: None,
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

    /// Sets the address to listen on. Defaults to a free port of 127.0.0.1, which is port 0.
    ///
    /// A fixed port keeps the default issuer and the URLs the same when the local Cognito is started
    /// again. With an unspecified address such as `0.0.0.0`, which a container needs to publish the
    /// port, the server is reachable from other machines, and the URLs contain the loopback address.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::builder().address(([127, 0, 0, 1], 9229)).start()?;
    /// assert_eq!(cognito.token_url(), "http://127.0.0.1:9229/oauth2/token");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Sets the two published keys, of which the first one signs tokens. Defaults to new keys.
    ///
    /// With the same keys, tokens of one local Cognito are valid for another one with the same issuer.
    /// See [`SigningKey::from_pkcs8_pem`] for keys that are stored.
    pub fn signing_keys(mut self, keys: [SigningKey; 2]) -> Self {
        self.signing_keys = Some(keys);
        self
    }

    /// Returns a builder for an access token of this client, without starting the server.
    ///
    /// The token is valid for every local Cognito with the same issuer and the same
    /// [signing keys](Self::signing_keys), such as one in another process. It has no scopes unless the
    /// builder sets them.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`InvalidInput`](io::ErrorKind::InvalidInput) if the issuer depends on a
    /// free port, if the signing keys are not set or have the same `kid`, or if the user pool ID of a pool
    /// with an [issuer type](Self::issuer_type) has another form than `us-east-1_AbCdEfGhI`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::{LocalCognito, SigningKey};
    ///
    /// let keys = [SigningKey::generate()?, SigningKey::generate()?];
    /// let token = LocalCognito::builder()
    ///     .address(([127, 0, 0, 1], 9229))
    ///     .signing_keys(keys)
    ///     .token("reporting")?
    ///     .scopes(["widgets/read"])
    ///     .sign();
    /// assert_eq!(token.split('.').count(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn token(self, client_id: &str) -> io::Result<TokenBuilder> {
        if matches!(self.issuer, Issuer::Loopback) && self.address.port() == 0 {
            return Err(invalid_input("expected an issuer or a fixed port"));
        }
        let keys = self.signing_keys.clone();
        let keys = keys.ok_or_else(|| invalid_input("expected signing keys"))?;
        let origin = origin_of(self.address);
        let pool = Arc::new(self.user_pool(origin, keys)?);
        Ok(TokenBuilder::new(pool, client_id))
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// Returns an error if the address cannot be bound, the thread cannot be spawned, a key cannot be
    /// generated, both [signing keys](Self::signing_keys) have the same `kid`, or the user pool ID of a
    /// pool with an [issuer type](Self::issuer_type) has another form than `us-east-1_AbCdEfGhI`.
    pub fn start(self) -> io::Result<LocalCognito> {
        let listener = TcpListener::bind(self.address).map_err(|error| {
            let problem = format!("failed to bind {}: {error}", self.address);
            io::Error::new(error.kind(), problem)
        })?;
        let origin = origin_of(listener.local_addr()?);
        let keys = match self.signing_keys.clone() {
            Some(keys) => keys,
            None => SigningKey::generate_two()?,
        };
        let pool = Arc::new(self.user_pool(origin, keys)?);
        let server = Server::start(listener, Arc::clone(&pool))?;
        Ok(LocalCognito::new(pool, server))
    }

    fn user_pool(self, origin: String, keys: [SigningKey; 2]) -> io::Result<UserPool> {
        let [current, next] = &keys;
        if current.kid() == next.kid() {
            let problem = "expected two signing keys with different key IDs";
            return Err(invalid_input(problem));
        }
        let (issuers, issuer_type) = self.issuers(origin)?;
        Ok(UserPool::new(
            issuers,
            issuer_type,
            self.clock,
            self.token_lifetime,
            keys,
        ))
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
                    invalid_input(&format!("{message}, found {id:?}"))
                })?;
                Ok((Issuers::of_aws(origin, id.clone(), region), *issuer_type))
            }
        }
    }
}

fn invalid_input(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, problem)
}

/// Returns the origin of URLs with which this machine reaches a server that listens on `address`.
fn origin_of(mut address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    format!("http://{address}")
}

impl fmt::Debug for LocalCognitoBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCognitoBuilder")
            .field("issuer", &self.issuer)
            .field("user_pool_id", &self.user_pool_id)
            .field("token_lifetime", &self.token_lifetime)
            .field("address", &self.address)
            .field("signing_keys", &self.signing_keys)
            .finish_non_exhaustive()
    }
}
