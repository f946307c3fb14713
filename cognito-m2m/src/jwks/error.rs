/// The reason why the signing keys of a user pool could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("the JWKS URL did not respond within `jwks_timeout`")]
    Timeout,
    /// The connection failed: check `jwks_url`, DNS, and firewalls or proxies.
    #[error("the connection to the JWKS URL failed")]
    Transport(#[from] reqwest::Error),
    #[error("the JWKS URL responded with status {0} instead of 200")]
    Status(u16),
    /// A custom HTTP client has followed a redirect.
    #[error("the JWKS URL responded with a redirect")]
    Redirected,
    #[error("the response of the JWKS URL is larger than {0} bytes (`jwks_max_bytes`)")]
    TooLarge(usize),
    #[error("the response of the JWKS URL is not a JWK Set (RFC 7517 section 5)")]
    NotAJwkSet(#[source] serde_json::Error),
    #[error("the JWK Set has {0} keys, more than `jwks_max_keys`")]
    TooManyKeys(usize),
    #[error("the JWK Set has no RSA signing key of 2048 to 8192 bits")]
    NoUsableKey,
}
