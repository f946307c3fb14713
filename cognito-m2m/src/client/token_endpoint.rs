use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use reqwest::{Body, Client, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::api_regions::ApiRegions;
use super::credentials::{Credentials, EncodedCredentials};
use super::form_parameters::FormParameters;
use super::requested_token::RequestedToken;
use super::scopes::RequestedScopes;

/// The header that names an operation of the API (Smithy: "AWS JSON 1.1 protocol").
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// Where tokens are requested.
pub(super) enum TokenEndpoint {
    /// The token endpoint of a user pool's domain, or of another server.
    OAuth(OAuthEndpoint),
    /// The operation `GetClientToken` of Cognito's API, which needs no domain.
    Api(ApiRegions),
}

/// A token endpoint (RFC 6749 section 3.2).
pub(super) struct OAuthEndpoint {
    pub(super) url: Url,
    pub(super) scope_in_query: bool,
    pub(super) form_parameters: FormParameters,
}

impl TokenEndpoint {
    /// Returns a URL that is representative of all: they have the same scheme.
    pub(super) fn url(&self) -> &Url {
        match self {
            Self::OAuth(endpoint) => &endpoint.url,
            Self::Api(regions) => regions.first_url(),
        }
    }

    /// Returns the number of requests that one attempt can need, if one Region fails.
    pub(super) fn requests_per_attempt(&self) -> u32 {
        match self {
            Self::OAuth(_) => 1,
            Self::Api(regions) => regions.count(),
        }
    }
}

impl OAuthEndpoint {
    /// Returns the URL of a request, which is part of the key of a cache in front of the endpoint.
    pub(super) fn url_for(&self, scopes: &RequestedScopes) -> Url {
        let mut url = self.url.clone();
        if self.scope_in_query && !scopes.is_empty() {
            url.query_pairs_mut().append_pair("scope", scopes.as_str());
        }
        url
    }

    /// Creates the request (RFC 6749 section 4.4.2), with Cognito's `aws_client_metadata`.
    pub(super) fn request(
        &self,
        http: &Client,
        url: &Url,
        requested: &RequestedToken,
        credentials: &Credentials,
        secret: &SecretString,
    ) -> RequestBuilder {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if !requested.scopes.is_empty() {
            form.append_pair("scope", requested.scopes.as_str());
        }
        for (name, value) in self.form_parameters.iter() {
            form.append_pair(name, value.expose_secret());
        }
        if let Some(metadata) = requested.client_metadata.to_json() {
            form.append_pair("aws_client_metadata", &metadata.to_string());
        }
        let mut request = http.post(url.clone());
        match credentials.encode(secret) {
            Some(EncodedCredentials::Header(header)) => {
                request = request.header(AUTHORIZATION, header);
            }
            Some(EncodedCredentials::Form {
                client_id,
                client_secret,
            }) => {
                form.append_pair("client_id", &client_id);
                form.append_pair("client_secret", client_secret.expose_secret());
            }
            None => {}
        }
        request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(unrepeatable(form.finish()))
    }
}

/// Creates a request of the operation `GetClientToken`, which needs no AWS signature (Amazon Cognito
/// API reference).
pub(super) fn api_request(
    http: &Client,
    url: &Url,
    requested: &RequestedToken,
    credentials: &Credentials,
    secret: &SecretString,
) -> RequestBuilder {
    let mut input = Map::new();
    let mut insert = |name: &str, value: Value| {
        input.insert(name.to_owned(), value);
    };
    insert("ClientId", credentials.client_id.as_str().into());
    insert("Secret", secret.expose_secret().into());
    if !requested.scopes.is_empty() {
        insert("Scopes", requested.scopes.iter().collect());
    }
    if let Some(metadata) = requested.client_metadata.to_json() {
        insert("ClientMetadata", metadata);
    }
    let target = "AWSCognitoIdentityProviderService.GetClientToken";
    http.post(url.clone())
        .header(TARGET, target)
        .header(CONTENT_TYPE, "application/x-amz-json-1.1")
        .body(unrepeatable(Value::Object(input).to_string()))
}

/// Wraps a body so that it can't be sent twice: if a custom client follows redirects, a 307 does not
/// carry the secret to another server.
fn unrepeatable(body: String) -> Body {
    Body::wrap(Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_for(url: &str, scope_in_query: bool, scopes: &str) -> String {
        let endpoint = OAuthEndpoint {
            url: Url::parse(url).unwrap(),
            scope_in_query,
            form_parameters: FormParameters::default(),
        };
        let scopes = RequestedScopes::new(scopes).unwrap();
        endpoint.url_for(&scopes).into()
    }

    #[test]
    fn scopes_are_added_to_the_query_in_alphabetical_order() {
        let url = "https://id.example/token";
        assert_eq!(url_for(url, false, "b/x a"), url);
        assert_eq!(url_for(url, true, ""), url);
        assert_eq!(url_for(url, true, "b/x a"), format!("{url}?scope=a+b%2Fx"));
        assert_eq!(
            url_for("https://id.example/token?stage=a%20b", true, "a&b"),
            "https://id.example/token?stage=a%20b&scope=a%26b"
        );
    }
}
