use std::time::Duration;

use reqwest::header::{ACCEPT, CACHE_CONTROL, HeaderMap};
use reqwest::{Client, StatusCode, Url};

use super::key_set::KeySet;
use crate::http::{BodyError, read_body};

/// How much a fetch may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) max_bytes: usize,
    pub(crate) max_keys: usize,
}

/// Fetches the JWKS of one user pool from exactly the configured URL.
#[derive(Debug)]
pub(crate) struct Fetcher {
    client: Client,
    url: Url,
    limits: Limits,
}

pub(crate) struct Fetched {
    pub(crate) keys: KeySet,
    pub(crate) max_age: Option<Duration>,
}

impl Fetcher {
    pub(crate) fn new(client: Client, url: Url, limits: Limits) -> Self {
        Self {
            client,
            url,
            limits,
        }
    }

    pub(crate) async fn fetch(&self, previous: Option<&KeySet>) -> Result<Fetched, FetchError> {
        // The team's own client may have other time-outs; the whole fetch has ours.
        let body = tokio::time::timeout(self.limits.timeout, self.download());
        let (body, max_age) = body.await.map_err(|_| FetchError::Timeout)??;
        let keys = KeySet::parse(&body, self.limits.max_keys, previous)?;
        Ok(Fetched { keys, max_age })
    }

    async fn download(&self) -> Result<(Vec<u8>, Option<Duration>), FetchError> {
        let request = self
            .client
            .get(self.url.clone())
            .header(ACCEPT, "application/json");
        let mut response = request.send().await?;
        if response.url() != &self.url {
            return Err(FetchError::Redirected);
        }
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let max_age = max_age(response.headers());
        let body = read_body(&mut response, self.limits.max_bytes).await;
        let body = body.map_err(|error| match error {
            BodyError::Transport(error) => FetchError::Transport(error),
            BodyError::TooLarge => FetchError::TooLarge(self.limits.max_bytes),
        })?;
        Ok((body, max_age))
    }
}

/// `Cache-Control: max-age` (RFC 9111 section 5.2.2.1).
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let directives = headers.get_all(CACHE_CONTROL).into_iter();
    let mut directives = directives
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    directives.find_map(|directive| {
        let (name, seconds) = directive.split_once('=')?;
        let is_max_age = name.trim().eq_ignore_ascii_case("max-age");
        let seconds = seconds.trim().trim_matches('"').parse().ok()?;
        is_max_age.then_some(Duration::from_secs(seconds))
    })
}

/// Why the keys of a user pool could not be fetched.
///
/// # Examples
///
/// ```
/// use cognito_m2m::jwks::FetchError;
///
/// assert!(FetchError::Status(503).to_string().contains("found 503"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No answer within `jwks_timeout`.
    #[error("expected the JWKS within `jwks_timeout`")]
    Timeout,
    /// The connection failed: check `jwks_url`, DNS and the way out of the network.
    #[error("expected a connection to the JWKS URL")]
    Transport(#[from] reqwest::Error),
    /// The answer is not 200.
    #[error("expected status 200 from the JWKS URL, found {0}")]
    Status(u16),
    /// A client of the team's own has followed a redirect.
    #[error("expected no redirect from the JWKS URL")]
    Redirected,
    /// The body is larger than `jwks_max_bytes`.
    #[error("expected a JWKS of at most {0} bytes (`jwks_max_bytes`)")]
    TooLarge(usize),
    /// The body is no JWK Set.
    #[error("expected a JWK Set (RFC 7517 section 5)")]
    NotAJwkSet(#[source] serde_json::Error),
    /// There are more keys than `jwks_max_keys`.
    #[error("expected at most `jwks_max_keys` keys in the JWKS, found {0}")]
    TooManyKeys(usize),
    /// Not one key can verify an access token.
    #[error("expected at least one RSA signing key of 2048 to 8192 bits in the JWKS")]
    NoUsableKey,
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn max_age_is_read_from_any_place() {
        let of = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CACHE_CONTROL, HeaderValue::from_static(line));
            }
            max_age(&headers).map(|age| age.as_secs())
        };
        assert_eq!(of(&["public, max-age=600"]), Some(600));
        assert_eq!(of(&["public", "Max-Age = \"60\""]), Some(60));
        assert_eq!(of(&["s-maxage=5, no-transform"]), None);
        assert_eq!(of(&["max-age=-1"]), None);
        assert_eq!(of(&[]), None);
    }
}
