use secrecy::ExposeSecret as _;

use crate::client::requested_token::RequestedToken;
use crate::client::token_endpoint::TokenEndpoint;
use crate::client_id::ClientId;

/// The version of the encryption and of the entries. Entries of other versions have other keys.
pub(super) const FORMAT_VERSION: u8 = 1;

/// Everything that the tokens of a client are requested with: the endpoint and the client ID. With a
/// [`RequestedToken`], it identifies one token.
///
/// Each part is preceded by its length, so that no two combinations have the same bytes.
#[derive(Clone)]
pub(in crate::client) struct StoreContext(Vec<u8>);

impl StoreContext {
    pub(in crate::client) fn new(endpoint: &TokenEndpoint, client_id: &ClientId) -> Self {
        let mut parts = Parts::default();
        parts.push(b"cognito-m2m token");
        parts.push(&[FORMAT_VERSION]);
        match endpoint {
            TokenEndpoint::OAuth(endpoint) => {
                parts.push(b"oauth");
                parts.push(endpoint.url.as_str().as_bytes());
                // Parameters such as `resource` are part of what a token is good for.
                let parameters: Vec<_> = endpoint.form_parameters.iter().collect();
                parts.push_count(parameters.len());
                for (name, value) in parameters {
                    parts.push(name.as_bytes());
                    parts.push(value.expose_secret().as_bytes());
                }
            }
            TokenEndpoint::Api(regions) => {
                parts.push(b"api");
                parts.push(regions.first_url().as_str().as_bytes());
                // Tokens of a replica can have another issuer.
                let second = regions.second_url().map_or("", |url| url.as_str());
                parts.push(second.as_bytes());
            }
        }
        parts.push(client_id.as_str().as_bytes());
        Self(parts.0)
    }

    /// Returns the bytes that identify one token. They contain metadata in clear text.
    pub(super) fn of(&self, requested: &RequestedToken) -> Vec<u8> {
        let mut parts = Parts(self.0.clone());
        parts.push(requested.scopes.as_str().as_bytes());
        let metadata: Vec<_> = requested.client_metadata.texts().collect();
        parts.push_count(metadata.len());
        for (name, value) in metadata {
            parts.push(name.as_bytes());
            parts.push(value.as_bytes());
        }
        parts.0
    }
}

#[derive(Default)]
struct Parts(Vec<u8>);

impl Parts {
    fn push(&mut self, part: &[u8]) {
        self.push_count(part.len());
        self.0.extend_from_slice(part);
    }

    fn push_count(&mut self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&count.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use url::Url;

    use super::*;
    use crate::client::api_regions::ApiRegions;
    use crate::client::client_metadata::{ClientMetadata, MetadataEntries};
    use crate::client::form_parameters::FormParameters;
    use crate::client::scopes::RequestedScopes;
    use crate::client::token_endpoint::OAuthEndpoint;

    fn oauth(url: &str, parameters: &[(&str, &str)]) -> TokenEndpoint {
        let mut form_parameters = FormParameters::default();
        for (name, value) in parameters {
            form_parameters.add((*name).to_owned(), (*value).into());
        }
        TokenEndpoint::OAuth(OAuthEndpoint {
            url: Url::parse(url).unwrap(),
            scope_in_query: false,
            form_parameters,
        })
    }

    fn api(first: &str, second: Option<&str>) -> TokenEndpoint {
        let parse = |text| Url::parse(text).unwrap();
        TokenEndpoint::Api(ApiRegions::new(parse(first), second.map(parse)))
    }

    fn requested(scopes: &str, metadata: &[(&str, &str)]) -> RequestedToken {
        let entries = metadata.iter();
        let entries = entries.map(|(name, value)| ((*name).to_owned(), (*value).into()));
        RequestedToken {
            scopes: RequestedScopes::new(scopes).unwrap(),
            client_metadata: ClientMetadata::new(entries.collect::<MetadataEntries>()),
        }
    }

    #[test]
    fn every_part_distinguishes_tokens() {
        let endpoints = [
            oauth("https://a.example/token", &[]),
            oauth("https://b.example/token", &[]),
            oauth("https://a.example/token", &[("resource", "x")]),
            oauth("https://a.example/token", &[("resource", "y")]),
            oauth("https://a.example/token", &[("resourcex", "")]),
            oauth(
                "https://a.example/token",
                &[("resource", "x"), ("resource", "y")],
            ),
            api("https://a.example/token", None),
            api("https://a.example/token", Some("https://b.example/token")),
        ];
        let tokens = [
            requested("", &[]),
            requested("a", &[]),
            requested("a b", &[]),
            requested("ab", &[]),
            requested("a", &[("b", "c")]),
            requested("a", &[("bc", "")]),
            requested("a", &[("b", "c"), ("d", "e")]),
            requested("a", &[("b", "cd"), ("e", "")]),
        ];
        let mut all = HashSet::new();
        let mut count = 0;
        for endpoint in &endpoints {
            for client_id in ["one", "two", "onea"] {
                let context = StoreContext::new(endpoint, &ClientId::new(client_id).unwrap());
                for token in &tokens {
                    all.insert(context.of(token));
                    count += 1;
                }
            }
        }
        assert_eq!(all.len(), count);
        let context = StoreContext::new(&endpoints[0], &ClientId::new("one").unwrap());
        assert_eq!(
            context.of(&requested("b a", &[])),
            context.of(&requested("a b", &[]))
        );
    }
}
