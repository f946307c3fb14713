use std::time::Duration;

use reqwest::redirect::{Action, Attempt, Policy};
use reqwest::{Client, ClientBuilder};
use url::{Origin, Url};

use super::call_error::CallError;
use super::origin_tokens::OriginTokens;
use super::transport_error::TransportError;
use crate::http::plain_http_only;

/// The limits of the default client.
pub(super) const DEFAULT_LIMITS: CallLimits = CallLimits {
    connect: Duration::from_secs(1),
    whole: Duration::from_secs(30),
};

/// The maximum number of redirects within an origin, the default of `reqwest`.
const MAX_REDIRECTS: usize = 10;

/// The time limits of an API call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallLimits {
    /// The limit for opening a connection.
    pub(super) connect: Duration,
    /// The limit of the whole call, to the end of the response body.
    pub(super) whole: Duration,
}

impl CallLimits {
    pub(super) fn client_builder(self) -> ClientBuilder {
        Client::builder()
            .connect_timeout(self.connect)
            .timeout(self.whole)
    }
}

/// The `reqwest` clients for the origins of one API.
#[derive(Clone)]
pub(super) struct CallClients {
    https_or_all: Client,
    /// The client for plain `http`, if there are origins of both kinds. It is a separate client
    /// because a `reqwest` client can't exempt single hosts from its proxy.
    loopback: Option<Client>,
}

impl CallClients {
    pub(super) fn new(
        tokens: &OriginTokens,
        builder: ClientBuilder,
        loopback_limits: CallLimits,
    ) -> Result<Self, CallError> {
        let build = |builder: ClientBuilder| {
            let origins = tokens.origins().to_vec();
            let policy = Policy::custom(move |attempt| redirect(attempt, &origins));
            let client = builder.redirect(policy).build();
            client.map_err(|error| CallError::HttpClient(TransportError::new(error)))
        };
        let builder = if tokens.has_https() {
            builder
        } else {
            plain_http_only(builder)
        };
        let loopback = (tokens.has_https() && tokens.has_plain_http())
            .then(|| build(plain_http_only(loopback_limits.client_builder())))
            .transpose()?;
        Ok(Self {
            https_or_all: build(builder)?,
            loopback,
        })
    }

    pub(super) fn for_url(&self, url: &Url) -> &Client {
        match &self.loopback {
            Some(loopback) if url.scheme() == "http" => loopback,
            _ => &self.https_or_all,
        }
    }

    /// Returns the client that is configured by the user. It builds all requests.
    pub(super) fn https_or_all(&self) -> &Client {
        &self.https_or_all
    }
}

/// Follows redirects within one origin. A redirect to another origin is an error even if the token
/// may be sent there, because `reqwest` drops the `Authorization` header on the way.
fn redirect(attempt: Attempt<'_>, origins: &[Origin]) -> Action {
    let target = attempt.url().origin();
    let is_same_origin = attempt.previous().last().map(Url::origin).as_ref() == Some(&target);
    if !is_same_origin || !origins.contains(&target) {
        attempt.error(CallError::OtherOrigin)
    } else if attempt.previous().len() > MAX_REDIRECTS {
        attempt.stop()
    } else {
        attempt.follow()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_limits_are_those_of_the_documentation() {
        assert_eq!(DEFAULT_LIMITS.connect, Duration::from_secs(1));
        assert_eq!(DEFAULT_LIMITS.whole, Duration::from_secs(30));
        let builder = format!("{:?}", DEFAULT_LIMITS.client_builder());
        for limit in ["connect_timeout: 1s", "timeout: 30s"] {
            assert!(builder.contains(limit), "{builder}");
        }
    }
}
