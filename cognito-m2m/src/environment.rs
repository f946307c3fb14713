//! The environment variables that this crate reads.

use std::ffi::OsString;

/// The prefix of every variable.
pub(crate) const PREFIX: &str = "COGNITO_M2M_";

/// The settings of the token client that can be set by an environment variable. All other variables
/// with the prefix are settings of the server.
pub(crate) const TOKEN_CLIENT_SETTINGS: [&str; 6] = [
    "token_url",
    "client_id",
    "client_secret",
    "client_secret_2",
    "client_scopes",
    "scope_in_query",
];

/// Returns the variable of a setting, without the prefix.
pub(crate) fn variable_of(setting: &str) -> String {
    match setting {
        "scope_in_query" => "CLIENT_SCOPE_IN_QUERY".to_owned(),
        _ => setting.to_ascii_uppercase(),
    }
}

/// An environment variable with the prefix.
pub(crate) struct Variable {
    /// The name without the prefix, in its original case.
    pub(crate) name: String,
    /// The value, or the reason why it is invalid.
    pub(crate) value: Result<String, &'static str>,
}

/// Selects the variables with the prefix.
pub(crate) fn prefixed<N, V>(
    variables: impl IntoIterator<Item = (N, V)>,
) -> impl Iterator<Item = Variable>
where
    N: Into<OsString>,
    V: Into<OsString>,
{
    variables.into_iter().filter_map(|(name, value)| {
        let name = name.into();
        let name = name.to_str()?.strip_prefix(PREFIX)?.to_owned();
        let value = value.into().into_string().map_err(|_| "expected UTF-8");
        Some(Variable { name, value })
    })
}

impl Variable {
    /// Returns the name of the token client setting that this variable sets, or `None` if the
    /// variable is for the server.
    pub(crate) fn token_client_setting(&self) -> Option<&'static str> {
        let mut settings = TOKEN_CLIENT_SETTINGS.into_iter();
        settings.find(|setting| variable_of(setting) == self.name)
    }
}
