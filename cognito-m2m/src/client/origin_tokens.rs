use std::fmt;

use url::{Origin, Url};

use super::access_token::AccessToken;
use super::call_error::CallError;
use super::requested_token::RequestedToken;
use super::setting_values::EXPECTED_SCOPES;
use super::settings::setting_fault;
use super::token_client::TokenClient;
use super::token_request::IntoTokenRequest;
use super::token_url::check_transport;
use super::written_url::{is_written_as_parsed, parse_unambiguous};
use crate::scope::InvalidScope;
use crate::setting_fault::SettingsError;

impl TokenClient {
    /// Returns [`OriginTokens`], which restricts tokens with these scopes to the origins of one
    /// API.
    ///
    /// A [`TokenRequest`](super::TokenRequest) adds metadata to the scopes.
    ///
    /// An origin is a URL with scheme, host and port only, such as `https://widgets.example.com`.
    /// The host must have its normal form, because URL parsers disagree about others, such as
    /// `https://012.0.0.1`. Write an internationalized host in its ASCII form:
    /// `https://xn--bcher-kva.example`.
    ///
    /// # Errors
    ///
    /// Returns [`SettingsError`] if there is no origin, if an origin is not an `https` URL without
    /// a path (`http` is accepted on loopback), if its host does not have its normal form, or if a
    /// scope is invalid.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    ///
    /// # fn bind(tokens: TokenClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_origins(
        &self,
        origins: impl IntoIterator<Item = impl AsRef<str>>,
        request: impl IntoTokenRequest,
    ) -> Result<OriginTokens, SettingsError> {
        OriginTokens::new(self.clone(), origins, self.requested(request))
    }
}

/// A source of tokens for one API, which returns a token only for a URL within the API's origins.
///
/// Created by [`TokenClient::for_origins`]. It is cheap to clone.
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
/// // .. and if the API answers 401 with `invalid_token`:
/// widgets.invalidate(&token);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OriginTokens {
    tokens: TokenClient,
    origins: Vec<Origin>,
    requested: RequestedToken,
}

impl OriginTokens {
    fn new(
        tokens: TokenClient,
        origins: impl IntoIterator<Item = impl AsRef<str>>,
        requested: Result<RequestedToken, InvalidScope>,
    ) -> Result<Self, SettingsError> {
        let mut faults = Vec::new();
        let mut parsed = Vec::new();
        for text in origins {
            match parse_origin(text.as_ref()) {
                Ok(origin) => parsed.push(origin),
                Err(problem) => faults.push(setting_fault("origins", problem)),
            }
        }
        if parsed.is_empty() && faults.is_empty() {
            faults.push(setting_fault("origins", "expected at least one"));
        }
        match requested {
            Ok(requested) if faults.is_empty() => Ok(Self {
                tokens,
                origins: parsed,
                requested,
            }),
            Ok(_) => Err(SettingsError::new(faults)),
            Err(_) => {
                faults.push(setting_fault("scopes", EXPECTED_SCOPES));
                Err(SettingsError::new(faults))
            }
        }
    }

    /// Returns a source of tokens with another entry in their metadata, for example for another
    /// tenant. It overrides an entry of the same name.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::OriginTokens;
    ///
    /// # async fn call(widgets: OriginTokens) -> Result<(), cognito_m2m::client::CallError> {
    /// let blue = widgets.with_client_metadata("tenant", "blue");
    /// let token = blue.token_for("https://widgets.example.com/widgets").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_client_metadata(&self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let entry = [(name.into(), value.into().into())];
        let client_metadata = self.requested.client_metadata.with(entry.into());
        Self {
            tokens: self.tokens.clone(),
            origins: self.origins.clone(),
            requested: RequestedToken {
                scopes: self.requested.scopes.clone(),
                client_metadata,
            },
        }
    }

    /// Returns the token for a request to this URL, fetching one if needed, or an error if the URL
    /// is outside the API's origins.
    ///
    /// The HTTP client that sends the request may parse the URL in another way. So the text must be
    /// unambiguous: its host has the normal form that [`TokenClient::for_origins`] requires, and it
    /// contains no backslashes, blanks or control characters.
    ///
    /// # Errors
    ///
    /// Returns [`CallError::OtherOrigin`] if the URL is invalid, ambiguous or outside the API's
    /// origins, before any token is fetched, and [`CallError::Token`] if no token could be fetched.
    pub async fn token_for(&self, url: &str) -> Result<AccessToken, CallError> {
        let url = parse_unambiguous(url).ok_or(CallError::OtherOrigin)?;
        self.token_for_url(&url).await
    }

    pub(super) async fn token_for_url(&self, url: &Url) -> Result<AccessToken, CallError> {
        if !self.covers(url) {
            return Err(CallError::OtherOrigin);
        }
        Ok(self.tokens.requested_token(self.requested.clone()).await?)
    }

    /// Removes a token from the cache after the API has refused it, so that the next call fetches a
    /// new one.
    ///
    /// For the limits, see [`TokenClient::invalidate`].
    ///
    /// Returns `true` if the token was removed.
    pub fn invalidate(&self, token: &AccessToken) -> bool {
        self.tokens.invalidate(token)
    }

    /// Returns `true` if a token can be sent to this URL.
    pub(super) fn covers(&self, url: &Url) -> bool {
        self.origins.contains(&url.origin()) && check_transport(url).is_ok()
    }

    pub(super) fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Returns `true` if a request can be plain `http`, which stays on loopback.
    pub(super) fn has_plain_http(&self) -> bool {
        self.origins.iter().any(is_plain_http)
    }

    /// Returns `true` if a request can be `https`.
    pub(super) fn has_https(&self) -> bool {
        !self.origins.iter().all(is_plain_http)
    }
}

impl fmt::Debug for OriginTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OriginTokens")
            .field("tokens", &self.tokens)
            .field("origins", &self.origins)
            .field("requested", &self.requested)
            .finish_non_exhaustive()
    }
}

fn is_plain_http(origin: &Origin) -> bool {
    matches!(origin, Origin::Tuple(scheme, ..) if scheme == "http")
}

fn parse_origin(text: &str) -> Result<Origin, String> {
    let url = Url::parse(text).map_err(|_| "expected a URL".to_owned())?;
    check_transport(&url)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("expected scheme, host and port only".to_owned());
    }
    if !is_written_as_parsed(text, &url) {
        return Err("expected the normal form of the host: letters without percent-encoding, four decimal numbers, or a compressed IPv6 address; an internationalized name as `xn--..`; no dot at the end".to_owned());
    }
    Ok(url.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin_tokens(origins: &[&str]) -> Result<OriginTokens, SettingsError> {
        let tokens = TokenClient::builder()
            .domain("example", "us-east-1")
            .client_id("reporting")
            .client_secret("s3cret")
            .build()
            .unwrap();
        tokens.for_origins(origins, "widgets/read")
    }

    #[test]
    fn only_the_exact_origin_is_covered() {
        let tokens = origin_tokens(&["https://api.example", "http://127.0.0.1:9000/"]).unwrap();
        let covers = |text| tokens.covers(&Url::parse(text).unwrap());
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
    fn host_of_an_origin_must_have_its_normal_form() {
        for text in [
            "https://api.example.com",
            "HTTPS://API.EXAMPLE.COM:443/",
            "https://xn--bcher-kva.example",
            "http://127.0.0.1:9000",
            "http://[::1]:9000",
        ] {
            assert!(origin_tokens(&[text]).is_ok(), "{text}");
        }
        for text in [
            "https://api%2eexample%2ecom/",
            "https://012.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "http://127.1:9000",
            "http://0177.0.0.1:9000",
            "http://[0:0:0:0:0:0:0:1]:9000",
            "https://api.example.com.",
            "https://b\u{fc}cher.example",
            "https://api\u{ff0e}example.com",
            "https:api.example.com",
            "https://@api.example.com",
            "https://api.example.com:",
            " https://api.example.com",
            "https://api.exam\tple.com",
        ] {
            let error = origin_tokens(&["https://api.example.com", text]).unwrap_err();
            let [fault] = error.faults() else {
                panic!("one fault: {error}");
            };
            let shown = fault.to_string();
            assert!(shown.contains("xn--"), "{text}: {shown}");
        }
    }

    #[test]
    fn origin_must_be_https_without_a_path() {
        for text in [
            "http://api.example",
            "https://api.example/v1",
            "https://api.example?x",
            "https://user@api.example",
            "api.example",
            "",
            "data:x",
        ] {
            assert!(origin_tokens(&[text]).is_err(), "{text}");
        }
        assert!(origin_tokens(&[]).is_err());
    }
}
