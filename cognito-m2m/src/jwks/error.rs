/// The reason why the signing keys of a user pool could not be fetched.
///
/// The texts of the sources distinguish DNS failures, refused connections and TLS failures. They do
/// not contain the URL, whose query may be confidential.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("the JWKS URL did not respond within `jwks_timeout`")]
    Timeout,
    #[error("no connection to the JWKS URL could be opened within `jwks_connect_timeout`")]
    ConnectTimeout(#[source] reqwest::Error),
    /// No connection could be opened: check `jwks_url`, DNS, TLS, and firewalls or proxies.
    #[error("failed to connect to the JWKS URL")]
    Connect(#[source] reqwest::Error),
    /// The connection was closed, or the response was not HTTP.
    #[error("the JWKS URL sent no valid response")]
    NoResponse(#[source] reqwest::Error),
    /// The connection was closed within the body.
    #[error("the response of the JWKS URL was incomplete")]
    Incomplete(#[source] reqwest::Error),
    #[error("the JWKS URL responded with status {0} instead of 200")]
    Status(u16),
    /// A custom HTTP client has followed a redirect.
    #[error("the JWKS URL responded with a redirect")]
    Redirected,
    #[error("the response of the JWKS URL is larger than {0} bytes (`jwks_max_bytes`)")]
    TooLarge(usize),
    #[error("the response of the JWKS URL is unusable")]
    KeySet(#[from] KeySetError),
}

/// The reason why a text is not the JWK Set of a user pool.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeySetError {
    #[error("the text is not a JWK Set (RFC 7517 section 5)")]
    NotAJwkSet(#[source] serde_json::Error),
    #[error("the JWK Set has {0} keys, more than `jwks_max_keys`")]
    TooManyKeys(usize),
    #[error("the JWK Set has no RSA signing key of 2048 to 8192 bits")]
    NoUsableKey,
}

/// The reason why the keys of `jwks_file` could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    #[error("failed to read the file")]
    Read(#[from] std::io::Error),
    #[error("expected a regular file")]
    NotAFile,
    #[error("the file could not be read within `jwks_timeout`")]
    Timeout,
    #[error("the file is larger than {0} bytes (`jwks_max_bytes`)")]
    TooLarge(usize),
    #[error(transparent)]
    KeySet(#[from] KeySetError),
}

impl FetchError {
    /// Creates the error of a request that got no response.
    pub(super) fn from_request(error: reqwest::Error) -> Self {
        let error = error.without_url();
        match (error.is_connect(), error.is_timeout()) {
            (true, true) => Self::ConnectTimeout(error),
            (true, false) => Self::Connect(error),
            (false, true) => Self::Timeout,
            (false, false) => Self::NoResponse(error),
        }
    }

    /// Creates the error of a response whose body could not be read.
    pub(super) fn from_body(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Incomplete(error)
        }
    }
}
