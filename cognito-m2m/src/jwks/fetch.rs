use std::time::Duration;

use reqwest::header::{ACCEPT, CACHE_CONTROL, HeaderMap};
use reqwest::{Client, StatusCode, Url};

use super::error::FetchError;
use super::key_set::KeySet;
use crate::http::{BodyError, read_body};

/// The limits of a key fetch, in time and size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FetchLimits {
    pub(crate) timeout: Duration,
    pub(crate) max_bytes: usize,
    pub(crate) max_keys: usize,
}

/// Fetches the JWK Set of one user pool, from exactly the configured URL.
#[derive(Debug)]
pub(crate) struct Fetcher {
    client: Client,
    url: Url,
    /// `true` if status 403 means that the URL has no keys yet.
    is_forbidden_until_used: bool,
    limits: FetchLimits,
}

/// The keys of a successful fetch, and their lifetime if the server sent one.
#[derive(Default)]
pub(crate) struct Fetched {
    pub(crate) keys: KeySet,
    pub(crate) max_age: Option<Duration>,
}

impl Fetcher {
    pub(crate) fn new(
        client: Client,
        url: Url,
        is_forbidden_until_used: bool,
        limits: FetchLimits,
    ) -> Self {
        Self {
            client,
            url,
            is_forbidden_until_used,
            limits,
        }
    }

    pub(crate) async fn fetch(&self, previous: Option<&KeySet>) -> Result<Fetched, FetchError> {
        // A custom HTTP client may have other timeouts.
        let body = tokio::time::timeout(self.limits.timeout, self.download());
        let (body, max_age) = match body.await.map_err(|_| FetchError::Timeout)? {
            Ok(download) => download,
            // Once there were keys, it is a failure, which keeps them.
            Err(FetchError::Status(403))
                if self.is_forbidden_until_used && previous.is_none_or(KeySet::is_empty) =>
            {
                return Ok(Fetched::default());
            }
            Err(error) => return Err(error),
        };
        let keys = KeySet::parse(&body, self.limits.max_keys, previous)?;
        Ok(Fetched { keys, max_age })
    }

    async fn download(&self) -> Result<(Vec<u8>, Option<Duration>), FetchError> {
        let request = self
            .client
            .get(self.url.clone())
            .header(ACCEPT, "application/json");
        let mut response = request.send().await.map_err(FetchError::from_request)?;
        if response.url() != &self.url {
            return Err(FetchError::Redirected);
        }
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let max_age = max_age(response.headers());
        let body = read_body(&mut response, self.limits.max_bytes).await;
        let body = body.map_err(|error| match error {
            BodyError::Transport(error) => FetchError::from_body(error),
            BodyError::TooLarge => FetchError::TooLarge(self.limits.max_bytes),
        })?;
        Ok((body, max_age))
    }
}

/// Returns the `max-age` of `Cache-Control` (RFC 9111 section 5.2.2.1).
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

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn max_age_is_found_among_other_directives_and_lines() {
        let max_age_of = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CACHE_CONTROL, HeaderValue::from_static(line));
            }
            max_age(&headers).map(|age| age.as_secs())
        };
        assert_eq!(max_age_of(&["public, max-age=600"]), Some(600));
        assert_eq!(max_age_of(&["public", "Max-Age = \"60\""]), Some(60));
        assert_eq!(max_age_of(&["s-maxage=5, no-transform"]), None);
        assert_eq!(max_age_of(&["max-age=-1"]), None);
        assert_eq!(max_age_of(&[]), None);
    }
}
