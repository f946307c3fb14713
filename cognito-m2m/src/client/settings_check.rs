use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use url::Url;

use super::credentials::{CredentialPlacement, Credentials};
use super::scopes::RequestedScopes;
use super::settings::TokenClientSettings;
use super::token_url::{parse_token_url, token_url_from_domain};
use crate::client_id::ClientId;
use crate::setting_fault::SettingsError;

/// The validated settings of a token client.
pub(super) struct CheckedSettings {
    pub(super) token_url: Url,
    pub(super) credentials: Credentials,
    pub(super) client_scopes: RequestedScopes,
    /// The value of `aws_client_metadata`, a JSON object of strings.
    pub(super) client_metadata: Option<SecretString>,
    pub(super) scope_in_query: bool,
}

impl CheckedSettings {
    /// Validates all settings. The error lists every fault.
    pub(super) fn new(mut settings: TokenClientSettings) -> Result<Self, SettingsError> {
        let token_url = token_url(&settings);
        let token_url = token_url.map_err(|problem| settings.add_fault("token_url", problem));
        let client_id = client_id(&settings);
        let client_id = client_id.map_err(|problem| settings.add_fault("client_id", problem));
        if settings.client_secret.is_none() {
            settings.add_fault("client_secret", "required");
        }
        let is_basic = settings.credential_placement == CredentialPlacement::Basic;
        if settings.scope_in_query && !is_basic {
            let problem = "requires HTTP Basic: set `credential_placement` to `basic`";
            settings.add_fault("scope_in_query", problem);
        }
        match (token_url, client_id) {
            (Ok(token_url), Ok(client_id)) if settings.faults.is_empty() => {
                let client_metadata = metadata_json(&settings);
                let secrets = settings.client_secret.into_iter();
                let secrets = secrets.chain(settings.client_secret_2).collect();
                let placement = settings.credential_placement;
                Ok(Self {
                    token_url,
                    credentials: Credentials::new(client_id, secrets, placement),
                    client_scopes: settings.client_scopes,
                    client_metadata,
                    scope_in_query: settings.scope_in_query,
                })
            }
            _ => Err(SettingsError::new(settings.faults)),
        }
    }
}

fn token_url(settings: &TokenClientSettings) -> Result<Url, String> {
    let TokenClientSettings {
        token_url,
        domain_prefix,
        region,
        ..
    } = settings;
    match (token_url, domain_prefix, region) {
        (Some(text), None, None) => parse_token_url(text),
        (None, Some(prefix), Some(region)) => token_url_from_domain(prefix, region),
        (None, None, None) => Err("required, or `domain_prefix` and `region`".to_owned()),
        (Some(_), ..) => Err("can't be combined with `domain_prefix` and `region`".to_owned()),
        (None, ..) => Err("required, or `domain_prefix` and `region` together".to_owned()),
    }
}

fn client_id(settings: &TokenClientSettings) -> Result<ClientId, &'static str> {
    let id = settings.client_id.clone().ok_or("required")?;
    ClientId::new(id).map_err(|_| "expected 1 to 128 characters of `A-Za-z0-9_+.-`")
}

fn metadata_json(settings: &TokenClientSettings) -> Option<SecretString> {
    let metadata = settings.client_metadata.iter();
    let metadata: Map<String, Value> = metadata
        .map(|(name, value)| (name.clone(), value.expose_secret().into()))
        .collect();
    (!metadata.is_empty()).then(|| Value::Object(metadata).to_string().into())
}
