use super::client_metadata::MetadataEntries;
use super::requested_token::RequestedToken;
use super::scopes::{IntoScopes, RequestedScopes};
use crate::scope::InvalidScope;

/// The scopes of a token, and metadata for this token alone.
///
/// Cognito passes the metadata to the pre token generation Lambda trigger, which can add claims to
/// the token. It is part of the cache's key: calls with the same scopes and the same metadata share
/// a token, in whatever order the scopes and the entries are named. `Debug` does not print the
/// values of the metadata.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::{TokenClient, TokenRequest};
///
/// # async fn call(tokens: TokenClient) -> Result<(), cognito_m2m::client::TokenClientError> {
/// let request = TokenRequest::new("widgets/read").client_metadata("tenant", "blue");
/// let blue = tokens.token(request).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is passed to a token client"]
pub struct TokenRequest {
    // An invalid scope is reported by the call, like one that is passed without metadata.
    scopes: Result<RequestedScopes, InvalidScope>,
    client_metadata: MetadataEntries,
}

impl TokenRequest {
    /// Creates a request for a token with these scopes. `()` stands for the configured scopes of
    /// the token client.
    ///
    /// If a scope is invalid, the call that receives the request fails.
    pub fn new(scopes: impl IntoScopes) -> Self {
        Self {
            scopes: scopes.into_scopes(),
            client_metadata: MetadataEntries::new(),
        }
    }

    /// Adds an entry to the metadata. It overrides an entry of the same name, including one of
    /// [`TokenClientBuilder::client_metadata`](super::TokenClientBuilder::client_metadata). The
    /// other entries of the builder remain part of the request.
    ///
    /// Use few different values, such as the tenants of an application:
    /// [`TokenClient`](super::TokenClient) requests and keeps a token for each of them.
    pub fn client_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let metadata = &mut self.client_metadata;
        metadata.insert(name.into(), value.into().into());
        self
    }

    /// Adds what the request leaves out.
    pub(super) fn or_defaults(
        self,
        defaults: &RequestedToken,
    ) -> Result<RequestedToken, InvalidScope> {
        let scopes = self.scopes?;
        Ok(RequestedToken {
            scopes: if scopes.is_empty() {
                defaults.scopes.clone()
            } else {
                scopes
            },
            client_metadata: defaults.client_metadata.with(self.client_metadata),
        })
    }
}

/// A conversion into a [`TokenRequest`].
///
/// It is implemented for [`TokenRequest`], and for everything that implements [`IntoScopes`]: a
/// string with spaces between the scopes, a [`Scope`](crate::scope::Scope), lists of strings or
/// scopes, and [`RequestedScopes`].
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::{TokenClient, TokenRequest};
///
/// # async fn call(tokens: TokenClient) -> Result<(), cognito_m2m::client::TokenClientError> {
/// let read = tokens.token("widgets/read").await?;
/// let both = tokens.token(["widgets/read", "widgets/write"]).await?;
/// let blue = tokens.token(TokenRequest::new(()).client_metadata("tenant", "blue")).await?;
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be converted to scopes or to a token request",
    note = "pass \"a b\", [\"a\", \"b\"], a `Scope`, a list of them, `()` for the configured scopes, or a `TokenRequest`"
)]
pub trait IntoTokenRequest {
    /// Converts to a [`TokenRequest`].
    fn into_token_request(self) -> TokenRequest;
}

impl IntoTokenRequest for TokenRequest {
    fn into_token_request(self) -> TokenRequest {
        self
    }
}

impl IntoTokenRequest for &TokenRequest {
    fn into_token_request(self) -> TokenRequest {
        self.clone()
    }
}

impl<S: IntoScopes> IntoTokenRequest for S {
    fn into_token_request(self) -> TokenRequest {
        TokenRequest::new(self)
    }
}
