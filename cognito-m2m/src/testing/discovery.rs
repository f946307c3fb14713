use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::issuers::Issuers;

/// Returns the discovery document of an issuer (OpenID Connect Discovery 1.0 section 3), with the
/// members that Cognito publishes and that concern clients, keys and tokens.
///
/// `authorization_endpoint` and `response_types_supported` have Cognito's values although a local
/// pool has no users, since OpenID Connect requires both and some client libraries refuse a document
/// without them.
pub(super) fn document(issuers: &Issuers, issuer: &str, scopes: &BTreeSet<String>) -> Value {
    let origin = issuers.origin();
    let mut document = json!({
        "authorization_endpoint": format!("{origin}/oauth2/authorize"),
        "grant_types_supported": ["client_credentials"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": format!("{}/.well-known/jwks.json", issuers.loopback_url(issuer)),
        "response_types_supported": ["code", "token"],
        "subject_types_supported": ["public"],
        "token_endpoint": format!("{origin}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    // OpenID Connect Discovery 1.0 section 4.2: arrays without elements are omitted.
    if let (Some(members), false) = (document.as_object_mut(), scopes.is_empty()) {
        members.insert("scopes_supported".to_owned(), json!(scopes));
    }
    document
}
