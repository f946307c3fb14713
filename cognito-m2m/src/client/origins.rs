use std::fmt;

use reqwest::ClientBuilder;
use url::{Origin, Url};

use super::access_token::AccessToken;
use super::authorized::AuthorizedClient;
use super::endpoint::check_transport;
use super::error::TokenClientError;
use super::scopes::RequestedScopes;
use super::settings::fault_of;
use super::token_client::TokenClient;
use super::transport_error::TransportError;
use crate::scope::InvalidScope;
use crate::setting_fault::SettingsError;

/// Tokens for the origins of one API, and for no other place.
///
/// Made by [`TokenClient::for_origins`]. Cheap to clone.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::TokenClient;
///
/// # async fn call(tokens: TokenClient) -> Result<(), Box<dyn std::error::Error>> {
/// let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
/// assert!(widgets.token_for("https://elsewhere.example/").await.is_err());
///
/// let token = widgets.token_for("https://widgets.example.com/widgets").await?;
/// // .. and where the API answers 401 with `invalid_token`:
/// widgets.invalidate(&token);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OriginTokens {
    tokens: TokenClient,
    origins: Vec<Origin>,
    is_on_loopback: bool,
    scopes: RequestedScopes,
}

impl OriginTokens {
    pub(super) fn new(
        tokens: TokenClient,
        origins: impl IntoIterator<Item = impl AsRef<str>>,
        scopes: Result<RequestedScopes, InvalidScope>,
    ) -> Result<Self, SettingsError> {
        let mut faults = Vec::new();
        let mut urls = Vec::new();
        for text in origins {
            match checked_origin(text.as_ref()) {
                Ok(url) => urls.push(url),
                Err(problem) => faults.push(fault_of("origins", problem)),
            }
        }
        if urls.is_empty() && faults.is_empty() {
            faults.push(fault_of("origins", "expected at least one"));
        }
        match scopes {
            Ok(scopes) if faults.is_empty() => Ok(Self {
                tokens,
                origins: urls.iter().map(Url::origin).collect(),
                is_on_loopback: urls.iter().any(|url| url.scheme() == "http"),
                scopes,
            }),
            Ok(_) => Err(SettingsError::new(faults)),
            Err(error) => {
                faults.push(fault_of("scopes", error.to_string()));
                Err(SettingsError::new(faults))
            }
        }
    }

    /// A good token for a request to this URL.
    ///
    /// # Errors
    ///
    /// [`CallError::Elsewhere`] where the URL is of another origin, before a token is even fetched;
    /// [`CallError::Token`] where there is none.
    pub async fn token_for(&self, url: &str) -> Result<AccessToken, CallError> {
        // Other parsers read these in other ways, and then would send the token elsewhere.
        let is_ambiguous = |character: char| character == '\\' || character.is_whitespace();
        if url.contains(is_ambiguous) || url.contains(char::is_control) {
            return Err(CallError::Elsewhere);
        }
        let url = Url::parse(url).map_err(|_| CallError::Elsewhere)?;
        self.token_for_url(&url).await
    }

    pub(super) async fn token_for_url(&self, url: &Url) -> Result<AccessToken, CallError> {
        if !self.covers(url) {
            return Err(CallError::Elsewhere);
        }
        Ok(self.tokens.token(&self.scopes).await?)
    }

    /// Whether a token may go to this URL.
    pub(super) fn covers(&self, url: &Url) -> bool {
        self.origins.contains(&url.origin()) && check_transport(url).is_ok()
    }

    pub(super) fn origins(&self) -> &[Origin] {
        &self.origins
    }

    pub(super) fn is_on_loopback(&self) -> bool {
        self.is_on_loopback
    }

    /// Drops a token that the API refused: see [`TokenClient::invalidate`].
    pub fn invalidate(&self, token: &AccessToken) -> bool {
        self.tokens.invalidate(token)
    }

    /// A `reqwest` client that puts the token on every request.
    ///
    /// # Errors
    ///
    /// [`CallError::Http`] where there is no TLS to be had.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    ///
    /// # fn bind(tokens: TokenClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
    /// let widgets = widgets.into_client()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_client(self) -> Result<AuthorizedClient, CallError> {
        self.into_client_with(reqwest::Client::builder())
    }

    /// The same, with time-outs, proxy, TLS roots and so on of the team's own. What it says of
    /// redirects is replaced: they are followed within the origin only.
    ///
    /// # Errors
    ///
    /// [`CallError::Http`] where the client can't be built.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use cognito_m2m::client::TokenClient;
    /// use cognito_m2m::reqwest;
    ///
    /// # fn bind(tokens: TokenClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let http = reqwest::Client::builder().timeout(Duration::from_secs(2));
    /// let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
    /// let widgets = widgets.into_client_with(http)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_client_with(self, http: ClientBuilder) -> Result<AuthorizedClient, CallError> {
        AuthorizedClient::new(self, http)
    }
}

impl fmt::Debug for OriginTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OriginTokens")
            .field("tokens", &self.tokens)
            .field("origins", &self.origins)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

fn checked_origin(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "expected a URL".to_owned())?;
    check_transport(&url)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("expected scheme, host and port only".to_owned());
    }
    Ok(url)
}

/// Why a call to an API has no answer.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::CallError;
///
/// assert!(CallError::Elsewhere.to_string().contains("origins"));
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The URL, or the target of a redirect, is of another origin: no token was sent there.
    #[error("expected a URL of the origins that the token is for")]
    Elsewhere,
    /// There is no token.
    #[error("expected a token for the call: {0}")]
    Token(#[from] TokenClientError),
    /// The request can't be built or was not answered.
    #[error("expected an answer from the API: {0}")]
    Http(#[from] TransportError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(origins: &[&str]) -> Result<OriginTokens, SettingsError> {
        let tokens = TokenClient::builder()
            .domain("example", "us-east-1")
            .client_id("reporting")
            .client_secret("s3cret")
            .build()
            .unwrap();
        tokens.for_origins(origins, "widgets/read")
    }

    #[test]
    fn only_the_very_origin_is_covered() {
        let bound = bound(&["https://api.example", "http://127.0.0.1:9000/"]).unwrap();
        let covers = |text| bound.covers(&Url::parse(text).unwrap());
        assert!(covers("https://api.example/widgets?x=https://evil.example"));
        assert!(covers("HTTPS://API.EXAMPLE:443/"));
        assert!(covers("http://127.0.0.1:9000/a"));
        for text in [
            "http://api.example/",
            "https://api.example:8443/",
            "https://api.example.evil.example/",
            "https://evil.example/api.example",
            "https://sub.api.example/",
            "https://api.example@evil.example/",
            "https://user@api.example/",
            "http://127.0.0.1:9001/",
            "http://localhost:9000/",
            "https://api.example./",
            "data:text/plain,x",
        ] {
            assert!(!covers(text), "{text}");
        }
    }

    #[test]
    fn origin_is_https_without_a_path() {
        for text in [
            "http://api.example",
            "https://api.example/v1",
            "https://api.example?x",
            "https://user@api.example",
            "api.example",
            "",
            "data:x",
        ] {
            assert!(bound(&[text]).is_err(), "{text}");
        }
        assert!(bound(&[]).is_err());
    }
}
