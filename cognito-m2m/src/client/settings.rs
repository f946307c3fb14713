use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use secrecy::SecretString;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::credentials::CredentialPlacement;
use super::scopes::RequestedScopes;
use crate::environment::{TOKEN_CLIENT_SETTINGS, prefixed};
use crate::setting_fault::SettingFault;

/// What a [`TokenClient`](super::TokenClient) can be told by a configuration file or by the
/// environment.
///
/// Nothing is judged before [`TokenClientBuilder::build`](super::TokenClientBuilder::build), which
/// finds every fault at once. The names are those of the builder's functions:
///
/// | name | environment | |
/// | --- | --- | --- |
/// | `token_url` | `COGNITO_M2M_TOKEN_URL` | required, or `domain_prefix` and `region` |
/// | `domain_prefix`, `region` | | of the user pool's own domain |
/// | `client_id` | `COGNITO_M2M_CLIENT_ID` | required |
/// | `client_secret` | `COGNITO_M2M_CLIENT_SECRET` | required |
/// | `client_secret_2` | `COGNITO_M2M_CLIENT_SECRET_2` | the other one, while secrets are rotated |
/// | `client_scopes` | `COGNITO_M2M_CLIENT_SCOPES` | a text with blanks between, or a list |
/// | `credential_placement` | | `basic` or `form` |
/// | `client_metadata` | | texts by name |
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
#[derive(Clone, Debug, Default)]
pub struct TokenClientSettings {
    pub(super) token_url: Option<String>,
    pub(super) domain_prefix: Option<String>,
    pub(super) region: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<SecretString>,
    pub(super) client_secret_2: Option<SecretString>,
    pub(super) client_scopes: RequestedScopes,
    pub(super) credential_placement: CredentialPlacement,
    // Secret, since nobody knows what a team puts there.
    pub(super) client_metadata: BTreeMap<String, SecretString>,
    pub(super) faults: Vec<SettingFault>,
}

impl TokenClientSettings {
    /// Reads the five variables of the table above. Others with the prefix are the server's.
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

    /// Reads the variables of an environment that is given.
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
                Ok(text) => settings.take(name, Value::String(text)),
                Err(problem) => settings.add_fault(name, problem),
            }
        }
        settings
    }

    pub(super) fn add_fault(&mut self, name: &str, problem: impl Into<String>) {
        self.faults.push(fault_of(name, problem));
    }

    fn take(&mut self, name: &str, value: Value) {
        if let Err(problem) = self.assign(name, value) {
            self.add_fault(name, problem);
        }
    }

    /// No problem quotes a value: it may be a secret under the wrong name.
    fn assign(&mut self, name: &str, value: Value) -> Result<(), String> {
        match name {
            "token_url" => self.token_url = Some(text(value)?),
            "domain_prefix" => self.domain_prefix = Some(text(value)?),
            "region" => self.region = Some(text(value)?),
            "client_id" => self.client_id = Some(text(value)?),
            "client_secret" => self.client_secret = Some(text(value)?.into()),
            "client_secret_2" => self.client_secret_2 = Some(text(value)?.into()),
            "client_scopes" => self.client_scopes = scopes(value)?,
            "credential_placement" => {
                let placement = serde_json::from_value(value);
                self.credential_placement =
                    placement.map_err(|_| "expected `basic` or `form`".to_owned())?;
            }
            "client_metadata" => {
                let metadata = serde_json::from_value::<BTreeMap<String, String>>(value);
                let metadata = metadata.map_err(|_| "expected texts by name".to_owned())?;
                let secret = |(name, value)| (name, SecretString::from(value));
                self.client_metadata = metadata.into_iter().map(secret).collect();
            }
            _ => return Err("is no setting of the token client: check its spelling".to_owned()),
        }
        Ok(())
    }
}

/// A fault names its variable only where there is one.
pub(super) fn fault_of(name: &str, problem: impl Into<String>) -> SettingFault {
    if TOKEN_CLIENT_SETTINGS.contains(&name) {
        SettingFault::new(name, problem)
    } else {
        SettingFault::new(format!("token_client.{name}"), problem)
    }
}

fn text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) if text.trim().is_empty() => {
            Err("is empty: give it a value, or leave it out".to_owned())
        }
        Value::String(text) => Ok(text),
        _ => Err("expected a text".to_owned()),
    }
}

fn scopes(value: Value) -> Result<RequestedScopes, String> {
    let expected = || "expected scopes, in a text with blanks between or in a list".to_owned();
    let scopes = match value {
        Value::Array(entries) => {
            let entries: Option<Vec<&str>> = entries.iter().map(Value::as_str).collect();
            RequestedScopes::new(entries.ok_or_else(expected)?)
        }
        value => RequestedScopes::new(text(value).map_err(|_| expected())?),
    };
    let scopes = scopes.map_err(|error| error.to_string())?;
    if scopes.is_empty() {
        return Err("is empty: name a scope, or leave it out".to_owned());
    }
    Ok(scopes)
}

/// Faults of value are found with all the others, so this fails only where the source is no map.
impl<'de> Deserialize<'de> for TokenClientSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SettingsVisitor)
    }
}

struct SettingsVisitor;

impl<'de> Visitor<'de> for SettingsVisitor {
    type Value = TokenClientSettings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings of the token client by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut settings = TokenClientSettings::default();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            // What many sources say of a setting that is left out.
            if value != Value::Null {
                settings.take(&name, value);
            }
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn environment_is_read_and_the_rest_of_it_left_alone() {
        let settings = TokenClientSettings::from_variables([
            ("COGNITO_M2M_TOKEN_URL", "https://id.example/oauth2/token"),
            ("COGNITO_M2M_CLIENT_SCOPES", "b  a b"),
            ("COGNITO_M2M_REGION", "of the server"),
            ("HOME", "elsewhere"),
        ]);
        assert!(settings.faults.is_empty(), "{:?}", settings.faults);
        assert_eq!(settings.client_scopes.as_str(), "a b");
        assert_eq!(settings.region, None);
    }

    #[test]
    fn faults_are_collected_and_quote_no_value() {
        let settings: TokenClientSettings = serde_json::from_value(json!({
            "client_secret": 4711,
            "client_secrets": "hush",
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
            !shown.contains("hush") && !shown.contains("4711"),
            "{shown}"
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let settings = json!({"client_secret": "hush", "client_secret_2": "quiet"});
        let settings: TokenClientSettings = serde_json::from_value(settings).unwrap();
        let shown = format!("{settings:?}");
        assert!(
            !shown.contains("hush") && !shown.contains("quiet"),
            "{shown}"
        );
    }
}
