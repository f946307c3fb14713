use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::de::{Deserialize, Deserializer};
use serde_json::Value;

use super::api_settings::ApiSettings;
use super::client_metadata::MetadataEntries;
use super::credentials::CredentialPlacement;
use super::form_parameters::FormParameters;
use super::scopes::RequestedScopes;
use super::setting_values::{boolean, metadata, scopes};
use crate::environment::{TOKEN_CLIENT_SETTINGS, prefixed};
use crate::setting_fault::SettingFault;
use crate::setting_source;
use crate::setting_text::{self, RedactedUrl, shown_name};

/// The settings of a [`TokenClient`](super::TokenClient), from a configuration file or from the
/// environment.
///
/// Each setting has a counterpart in [`TokenClientBuilder`](super::TokenClientBuilder):
///
/// | name | environment variable | value |
/// | --- | --- | --- |
/// | `token_url` | `COGNITO_M2M_TOKEN_URL` | required, unless a domain or the API is set |
/// | `domain_prefix`, `region` | | the prefix of the user pool's domain, and its Region |
/// | `api_region`, `api_fallback_region` | `COGNITO_M2M_CLIENT_API_REGION`, `COGNITO_M2M_CLIENT_API_FALLBACK_REGION` | the Region whose API issues tokens without a domain, and a second one, for the time that the first one fails |
/// | `api_fips` | `COGNITO_M2M_CLIENT_API_FIPS` | `true` or `false` (the default), for the FIPS endpoints of these Regions |
/// | `api_url`, `api_fallback_url` | `COGNITO_M2M_CLIENT_API_URL`, `COGNITO_M2M_CLIENT_API_FALLBACK_URL` | the URLs of such APIs, instead of Regions |
/// | `client_id` | `COGNITO_M2M_CLIENT_ID` | required, the ID of the app client |
/// | `client_secret` | `COGNITO_M2M_CLIENT_SECRET` | the secret of the app client; required, unless it comes from a file or a [callback](super::TokenClientBuilder::client_secret_from) |
/// | `client_secret_2` | `COGNITO_M2M_CLIENT_SECRET_2` | a second secret, during a rotation |
/// | `client_secret_file` | `COGNITO_M2M_CLIENT_SECRET_FILE` | the path of a file with the secret, in place of `client_secret` |
/// | `client_scopes` | `COGNITO_M2M_CLIENT_SCOPES` | a string with spaces between the scopes, or a list |
/// | `credential_placement` | `COGNITO_M2M_CLIENT_CREDENTIAL_PLACEMENT` | `basic` (the default) or `form` |
/// | `scope_in_query` | `COGNITO_M2M_CLIENT_SCOPE_IN_QUERY` | `true` or `false` (the default), for a cache in front of the token endpoint |
/// | `client_metadata` | | a map of strings |
/// | `form_parameters` | `COGNITO_M2M_CLIENT_FORM_PARAMETERS` | a map of strings or lists of strings, or text like `resource=https%3A%2F%2Fapi.example` |
/// | `token_store` | `COGNITO_M2M_CLIENT_TOKEN_STORE` | the path of a folder in which [processes share tokens](crate::guide::sharing_tokens) |
///
/// Invalid settings are collected, and
/// [`TokenClientBuilder::build`](super::TokenClientBuilder::build) reports all of them together, without
/// their values. A line break or a blank before or after a value is a fault, since it would become part
/// of the secret. `null` leaves a setting out.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::{TokenClient, TokenClientSettings};
///
/// let settings: TokenClientSettings = serde_json::from_str(r#"{
///     "domain_prefix": "example",
///     "region": "us-east-1",
///     "client_id": "7k2m9f3qexample",
///     "client_secret": "from the secret store",
///     "client_scopes": ["widgets/read"]
/// }"#)?;
/// let tokens = TokenClient::builder().settings(settings).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct TokenClientSettings {
    pub(super) token_url: Option<String>,
    pub(super) domain_prefix: Option<String>,
    pub(super) region: Option<String>,
    pub(super) api: ApiSettings,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<SecretString>,
    pub(super) client_secret_2: Option<SecretString>,
    pub(super) client_secret_file: Option<PathBuf>,
    pub(super) client_scopes: RequestedScopes,
    pub(super) credential_placement: CredentialPlacement,
    pub(super) scope_in_query: bool,
    pub(super) client_metadata: MetadataEntries,
    pub(super) form_parameters: FormParameters,
    pub(super) token_store: Option<PathBuf>,
    pub(super) faults: Vec<SettingFault>,
}

impl TokenClientSettings {
    /// Reads the settings from environment variables, such as `COGNITO_M2M_CLIENT_ID`.
    ///
    /// [`TokenClientSettings`] lists the variables. Other variables with the prefix `COGNITO_M2M_`
    /// are settings of the server.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::{TokenClient, TokenClientSettings};
    ///
    /// let settings = TokenClientSettings::from_env();
    /// let tokens = TokenClient::builder().settings(settings).build()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_variables(std::env::vars_os())
    }

    /// Reads the settings like [`from_env`](Self::from_env), but from the given name-value pairs.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::client::TokenClientSettings;
    ///
    /// let settings = TokenClientSettings::from_variables([
    ///     ("COGNITO_M2M_TOKEN_URL", "http://127.0.0.1:9229/oauth2/token"),
    ///     ("COGNITO_M2M_CLIENT_ID", "reporting"),
    ///     ("COGNITO_M2M_CLIENT_SECRET", "s3cret"),
    ///     ("COGNITO_M2M_CLIENT_SCOPES", "widgets/read widgets/write"),
    /// ]);
    /// ```
    #[must_use]
    pub fn from_variables<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let mut settings = Self::default();
        for variable in prefixed(variables) {
            let Some(name) = variable.token_client_setting() else {
                continue;
            };
            match variable.value {
                Ok(text) => settings.set(name, Value::String(text)),
                Err(problem) => settings.add_fault(name, problem),
            }
        }
        settings
    }

    /// Adds a fault, unless the setting already has one.
    pub(super) fn add_fault(&mut self, name: &str, problem: impl Into<String>) {
        let fault = setting_fault(name, problem);
        let mut known = self.faults.iter();
        if known.all(|known| known.setting() != fault.setting()) {
            self.faults.push(fault);
        }
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Err(problem) = self.try_set(name, value) {
            self.add_fault(shown_name(name), problem);
        }
    }

    /// Sets the setting with this name, unless the value is `null`. The error never quotes the value,
    /// which may be a secret under the wrong name.
    fn try_set(&mut self, name: &str, value: Value) -> Result<(), String> {
        match name {
            "token_url" => assign(&mut self.token_url, value, some_text),
            "domain_prefix" => assign(&mut self.domain_prefix, value, some_text),
            "region" => assign(&mut self.region, value, some_text),
            "api_region" => assign(&mut self.api.region, value, some_text),
            "api_fallback_region" => assign(&mut self.api.fallback_region, value, some_text),
            "api_fips" => assign(&mut self.api.fips, value, boolean),
            "api_url" => assign(&mut self.api.url, value, some_text),
            "api_fallback_url" => assign(&mut self.api.fallback_url, value, some_text),
            "client_id" => assign(&mut self.client_id, value, some_text),
            "client_secret" => assign(&mut self.client_secret, value, some_secret),
            "client_secret_2" => assign(&mut self.client_secret_2, value, some_secret),
            "client_secret_file" => assign(&mut self.client_secret_file, value, some_path),
            "client_scopes" => assign(&mut self.client_scopes, value, scopes),
            "credential_placement" => assign(&mut self.credential_placement, value, placement),
            "scope_in_query" => assign(&mut self.scope_in_query, value, boolean),
            "token_store" => assign(&mut self.token_store, value, some_path),
            "client_metadata" => assign(&mut self.client_metadata, value, metadata),
            "form_parameters" => assign(
                &mut self.form_parameters,
                value,
                FormParameters::from_setting,
            ),
            _ => Err("is not a setting of the token client: check its spelling".to_owned()),
        }
    }
}

/// Parses a value. `null` stands for a setting that is left out.
fn assign<T>(
    setting: &mut T,
    value: Value,
    parse: impl Fn(Value) -> Result<T, String>,
) -> Result<(), String> {
    if !value.is_null() {
        *setting = parse(value)?;
    }
    Ok(())
}

/// Creates a fault that also names the environment variable, if the setting has one.
pub(super) fn setting_fault(name: &str, problem: impl Into<String>) -> SettingFault {
    if TOKEN_CLIENT_SETTINGS.contains(&name) {
        SettingFault::new(name, problem)
    } else {
        SettingFault::new(format!("token_client.{name}"), problem)
    }
}

fn text(value: Value) -> Result<String, String> {
    let Value::String(text) = value else {
        return Err("expected a string".to_owned());
    };
    setting_text::check(&text)?;
    Ok(text)
}

fn some_text(value: Value) -> Result<Option<String>, String> {
    text(value).map(Some)
}

fn some_secret(value: Value) -> Result<Option<SecretString>, String> {
    text(value).map(|text| Some(text.into()))
}

fn some_path(value: Value) -> Result<Option<PathBuf>, String> {
    text(value).map(|text| Some(text.into()))
}

fn placement(value: Value) -> Result<CredentialPlacement, String> {
    Ok(CredentialPlacement::from_name(&text(value)?)?)
}

/// Leaves out secrets, paths, and passwords in a token URL. Such passwords and a secret in place of a
/// path are faults, but these settings may not have been checked.
impl fmt::Debug for TokenClientSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token_url = self.token_url.as_deref();
        let redacted = |path: &Option<PathBuf>| path.as_ref().map(|_| SecretString::default());
        f.debug_struct("TokenClientSettings")
            .field("token_url", &token_url.map(RedactedUrl))
            .field("domain_prefix", &self.domain_prefix)
            .field("region", &self.region)
            .field("api", &self.api)
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("client_secret_2", &self.client_secret_2)
            .field("client_secret_file", &redacted(&self.client_secret_file))
            .field("client_scopes", &self.client_scopes)
            .field("credential_placement", &self.credential_placement)
            .field("scope_in_query", &self.scope_in_query)
            .field("client_metadata", &self.client_metadata)
            .field("form_parameters", &self.form_parameters)
            .field("token_store", &redacted(&self.token_store))
            .field("faults", &self.faults)
            .finish()
    }
}

/// Deserializes the settings. A setting that is `null` is left out.
///
/// Fails only if the source is malformed, or not a map from strings to values that JSON can represent.
/// Invalid values are collected as faults. No error quotes a value.
impl<'de> Deserialize<'de> for TokenClientSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut settings = Self::default();
        for (name, value) in setting_source::read(deserializer)? {
            settings.set(&name, value);
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_of_the_token_client_are_read_and_others_ignored() {
        let settings = TokenClientSettings::from_variables([
            ("COGNITO_M2M_TOKEN_URL", "https://id.example/oauth2/token"),
            ("COGNITO_M2M_CLIENT_SCOPES", "b  a b"),
            ("COGNITO_M2M_REGION", "a setting of the server"),
            ("HOME", "elsewhere"),
        ]);
        assert!(settings.faults.is_empty(), "{:?}", settings.faults);
        assert_eq!(settings.client_scopes.as_str(), "a b");
        assert_eq!(settings.region, None);
    }

    #[test]
    fn scope_in_query_is_a_boolean_and_its_variable_has_the_prefix_of_the_client() {
        for (text, expected) in [("true", true), ("false", false)] {
            let variables = [("COGNITO_M2M_CLIENT_SCOPE_IN_QUERY", text)];
            let settings = TokenClientSettings::from_variables(variables);
            assert_eq!(settings.scope_in_query, expected);
            let settings = json!({"scope_in_query": expected});
            let settings: TokenClientSettings = serde_json::from_value(settings).unwrap();
            assert_eq!(settings.scope_in_query, expected);
        }
        for wrong in ["", "1", "yes", "True", " true"] {
            let variables = [("COGNITO_M2M_CLIENT_SCOPE_IN_QUERY", wrong)];
            let settings = TokenClientSettings::from_variables(variables);
            assert_eq!(
                settings.faults[0].to_string(),
                "`scope_in_query` (COGNITO_M2M_CLIENT_SCOPE_IN_QUERY): expected `true` or `false`"
            );
        }
        // Without `CLIENT`, it is a setting of the server, which does not have it.
        let variables = [("COGNITO_M2M_SCOPE_IN_QUERY", "true")];
        assert!(!TokenClientSettings::from_variables(variables).scope_in_query);
    }

    #[test]
    fn faults_are_collected_and_do_not_quote_values() {
        let settings: TokenClientSettings = serde_json::from_value(json!({
            "client_secret": 4711,
            "client_secrets": "marker",
            "client_id": "",
            "client_scopes": [],
            "client_metadata": {"tenant": 4711},
            "credential_placement": "4711",
            "region": null,
        }))
        .unwrap();
        assert_eq!(settings.faults.len(), 6);
        let shown: Vec<String> = settings.faults.iter().map(ToString::to_string).collect();
        let shown = shown.join("; ");
        assert!(
            shown.contains("`client_id` (COGNITO_M2M_CLIENT_ID): is empty"),
            "{shown}"
        );
        assert!(
            shown.contains("`token_client.client_metadata`: expected"),
            "{shown}"
        );
        assert!(
            !shown.contains("marker") && !shown.contains("4711"),
            "{shown}"
        );
    }

    #[test]
    fn null_leaves_a_setting_out() {
        let names = [
            "token_url",
            "domain_prefix",
            "region",
            "client_id",
            "client_secret",
            "client_secret_2",
            "client_secret_file",
            "client_scopes",
            "credential_placement",
            "client_metadata",
            "api_region",
            "api_fips",
            "form_parameters",
            "token_store",
        ];
        let names = names.into_iter().map(str::to_owned);
        let mut settings: serde_json::Map<_, _> = names.map(|name| (name, Value::Null)).collect();
        let read = |settings: &serde_json::Map<_, _>| {
            let settings = Value::Object(settings.clone());
            serde_json::from_value::<TokenClientSettings>(settings).unwrap()
        };
        let default = format!("{:?}", TokenClientSettings::default());
        assert_eq!(format!("{:?}", read(&settings)), default);
        settings.insert("client_metadata".to_owned(), json!({"tenant": null}));
        assert_eq!(format!("{:?}", read(&settings)), default);
        settings.insert("client_scopes".to_owned(), json!([null]));
        settings.insert("client_secrets".to_owned(), Value::Null);
        assert_eq!(read(&settings).faults.len(), 2);
    }

    #[test]
    fn debug_does_not_print_secrets() {
        let settings = json!({
            "client_secret": "marker one",
            "client_secret_2": "marker two",
            "client_secret_file": "a marker by mistake",
            "token_store": "a marker by mistake",
        });
        let settings: TokenClientSettings = serde_json::from_value(settings).unwrap();
        let shown = format!("{settings:?} {settings:#?}");
        assert!(!shown.contains("marker"), "{shown}");
    }
}
