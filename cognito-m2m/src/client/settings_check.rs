use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use url::Url;

use super::credentials::{CredentialPlacement, Credentials};
use super::scopes::RequestedScopes;
use super::secret_settings::CheckedSecrets;
use super::secret_source::SecretCallback;
use super::settings::TokenClientSettings;
use super::token_url::{parse_token_url, token_url_from_domain};
use crate::client_id::ClientId;
use crate::setting_fault::SettingsError;
use crate::setting_text;

/// The validated settings of a token client.
pub(super) struct CheckedSettings {
    pub(super) token_url: Url,
    pub(super) credentials: Credentials,
    pub(super) secrets: CheckedSecrets,
    pub(super) client_scopes: RequestedScopes,
    /// The value of `aws_client_metadata`, a JSON object of strings.
    pub(super) client_metadata: Option<SecretString>,
    pub(super) scope_in_query: bool,
}

impl CheckedSettings {
    /// Validates all settings. The error lists every fault.
    pub(super) fn new(
        mut settings: TokenClientSettings,
        secret_callback: Option<SecretCallback>,
    ) -> Result<Self, SettingsError> {
        check_texts(&mut settings);
        let token_url = token_url(&settings);
        let token_url =
            token_url.map_err(|(setting, problem)| settings.add_fault(setting, problem));
        let client_id = client_id(&settings);
        let client_id = client_id.map_err(|problem| settings.add_fault("client_id", problem));
        let secrets = CheckedSecrets::new(&mut settings, secret_callback);
        let is_basic = settings.credential_placement == CredentialPlacement::Basic;
        if settings.scope_in_query && !is_basic {
            let problem = "requires HTTP Basic: set `credential_placement` to `basic`";
            settings.add_fault("scope_in_query", problem);
        }
        match (token_url, client_id, secrets) {
            (Ok(token_url), Ok(client_id), Some(secrets)) if settings.faults.is_empty() => {
                let client_metadata = metadata_json(&settings);
                let placement = settings.credential_placement;
                Ok(Self {
                    token_url,
                    credentials: Credentials::new(client_id, placement),
                    secrets,
                    client_scopes: settings.client_scopes,
                    client_metadata,
                    scope_in_query: settings.scope_in_query,
                })
            }
            _ => Err(SettingsError::new(settings.faults)),
        }
    }
}

/// Checks that no text has surrounding whitespace or control characters, such as the line break at the
/// end of a file. It would become part of the secret. The URL parser would remove it.
fn check_texts(settings: &mut TokenClientSettings) {
    let secret = |secret: &Option<SecretString>| {
        let secret = secret.as_ref();
        secret.map(|secret| setting_text::check(secret.expose_secret()))
    };
    let text = |text: &Option<String>| text.as_deref().map(setting_text::check);
    let path = settings.client_secret_file.as_deref();
    let path = path.and_then(|path| path.to_str());
    let checked = [
        ("token_url", text(&settings.token_url)),
        ("domain_prefix", text(&settings.domain_prefix)),
        ("region", text(&settings.region)),
        ("client_id", text(&settings.client_id)),
        ("client_secret", secret(&settings.client_secret)),
        ("client_secret_2", secret(&settings.client_secret_2)),
        ("client_secret_file", path.map(setting_text::check)),
    ];
    for (setting, checked) in checked {
        if let Some(Err(problem)) = checked {
            settings.add_fault(setting, problem);
        }
    }
}

/// Returns the token URL, or the name of an invalid setting and its problem.
fn token_url(settings: &TokenClientSettings) -> Result<Url, (&'static str, &'static str)> {
    let TokenClientSettings {
        token_url,
        domain_prefix,
        region,
        ..
    } = settings;
    let problem = match (token_url, domain_prefix, region) {
        (Some(text), None, None) => {
            return parse_token_url(text).map_err(|problem| ("token_url", problem));
        }
        (None, Some(prefix), Some(region)) => return token_url_from_domain(prefix, region),
        (None, None, None) => "required, or `domain_prefix` and `region`",
        (Some(_), ..) => "can't be combined with `domain_prefix` and `region`",
        (None, ..) => "required, or `domain_prefix` and `region` together",
    };
    Err(("token_url", problem))
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
