use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::api_settings::Fault;
use super::client_metadata::ClientMetadata;
use super::credentials::{CredentialPlacement, Credentials};
use super::requested_token::RequestedToken;
use super::secret_settings::CheckedSecrets;
use super::secret_source::SecretCallback;
use super::settings::TokenClientSettings;
use super::store::{FileTokenStore, TokenStore};
use super::token_endpoint::{OAuthEndpoint, TokenEndpoint};
use super::token_url::{parse_token_url, token_url_from_domain};
use crate::client_id::ClientId;
use crate::setting_fault::SettingsError;
use crate::setting_text;

/// The validated settings of a token client.
pub(super) struct CheckedSettings {
    pub(super) endpoint: TokenEndpoint,
    pub(super) credentials: Credentials,
    pub(super) secrets: CheckedSecrets,
    pub(super) token_store: Option<Arc<dyn TokenStore>>,
    /// What a call requests that specifies nothing.
    pub(super) defaults: RequestedToken,
}

impl CheckedSettings {
    /// Validates all settings. The error lists every fault.
    pub(super) fn new(
        mut settings: TokenClientSettings,
        secret_callback: Option<SecretCallback>,
        token_store: Option<Arc<dyn TokenStore>>,
    ) -> Result<Self, SettingsError> {
        check_texts(&mut settings);
        let endpoint = endpoint(&settings);
        let endpoint = endpoint.map_err(|(setting, problem)| settings.add_fault(setting, problem));
        let client_id = client_id(&settings);
        let client_id = client_id.map_err(|problem| settings.add_fault("client_id", problem));
        let secrets = CheckedSecrets::new(&mut settings, secret_callback);
        let is_basic = settings.credential_placement == CredentialPlacement::Basic;
        if settings.scope_in_query && !is_basic {
            let problem = "requires HTTP Basic: set `credential_placement` to `basic`";
            settings.add_fault("scope_in_query", problem);
        }
        if settings.api.is_set() {
            check_api_alone(&mut settings);
        }
        if let Err(problem) = settings.form_parameters.check() {
            settings.add_fault("form_parameters", problem);
        }
        let token_store = checked_store(&mut settings, token_store);
        match (endpoint, client_id, secrets) {
            (Ok(endpoint), Ok(client_id), Some(secrets)) if settings.faults.is_empty() => {
                let placement = settings.credential_placement;
                Ok(Self {
                    endpoint,
                    credentials: Credentials::new(client_id, placement),
                    secrets,
                    token_store,
                    defaults: RequestedToken {
                        scopes: settings.client_scopes,
                        client_metadata: ClientMetadata::new(settings.client_metadata),
                    },
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
    let folder = settings.token_store.as_deref();
    let folder = folder.and_then(|folder| folder.to_str());
    let checked = [
        ("token_url", text(&settings.token_url)),
        ("domain_prefix", text(&settings.domain_prefix)),
        ("region", text(&settings.region)),
        ("client_id", text(&settings.client_id)),
        ("client_secret", secret(&settings.client_secret)),
        ("client_secret_2", secret(&settings.client_secret_2)),
        ("client_secret_file", path.map(setting_text::check)),
        ("token_store", folder.map(setting_text::check)),
    ];
    let api = settings
        .api
        .texts()
        .map(|(name, text)| (name, text.map(setting_text::check)));
    for (setting, checked) in checked.into_iter().chain(api) {
        if let Some(Err(problem)) = checked {
            settings.add_fault(setting, problem);
        }
    }
}

/// Checks that no setting of the token endpoint is combined with the API.
fn check_api_alone(settings: &mut TokenClientSettings) {
    let is_form = settings.credential_placement == CredentialPlacement::Form;
    for (setting, is_set) in [
        ("token_url", settings.token_url.is_some()),
        ("domain_prefix", settings.domain_prefix.is_some()),
        ("region", settings.region.is_some()),
        ("credential_placement", is_form),
        ("scope_in_query", settings.scope_in_query),
        ("form_parameters", !settings.form_parameters.is_empty()),
    ] {
        if is_set {
            let problem = "can't be combined with `api_region` or `api_url`";
            settings.add_fault(setting, problem);
        }
    }
}

/// Returns the store of the settings, or that of the code.
fn checked_store(
    settings: &mut TokenClientSettings,
    store: Option<Arc<dyn TokenStore>>,
) -> Option<Arc<dyn TokenStore>> {
    let Some(folder) = settings.token_store.take() else {
        return store;
    };
    if store.is_some() {
        let problem = "can't be combined with a token store that is set in code: set one";
        settings.add_fault("token_store", problem);
    }
    Some(Arc::new(FileTokenStore::new(folder)))
}

fn endpoint(settings: &TokenClientSettings) -> Result<TokenEndpoint, Fault> {
    if settings.api.is_set() {
        return settings.api.regions().map(TokenEndpoint::Api);
    }
    Ok(TokenEndpoint::OAuth(OAuthEndpoint {
        url: token_url(settings)?,
        scope_in_query: settings.scope_in_query,
        form_parameters: settings.form_parameters.clone(),
    }))
}

fn token_url(settings: &TokenClientSettings) -> Result<Url, Fault> {
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
        (None, None, None) => "required, or `domain_prefix` and `region`, or `api_region`",
        (Some(_), ..) => "can't be combined with `domain_prefix` and `region`",
        (None, ..) => "required, or `domain_prefix` and `region` together",
    };
    Err(("token_url", problem))
}

fn client_id(settings: &TokenClientSettings) -> Result<ClientId, &'static str> {
    let id = settings.client_id.clone().ok_or("required")?;
    ClientId::new(id).map_err(|_| "expected 1 to 128 characters of `A-Za-z0-9_+.-`")
}
